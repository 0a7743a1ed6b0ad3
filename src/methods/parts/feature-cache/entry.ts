// One entry of the feature cache, a layer's map: 32 bytes of SHA-256, then a safetensors file of it with the key in its metadata.
import { readSafetensors, writeSafetensors } from '../../../backbones/formats/safetensors.js';
import { type RawTensor, toFloat32 } from '../../../backbones/formats/tensor.js';
import type { LayerName } from '../../../backbones/types.js';
import { IadError } from '../../../runtime/errors.js';
import { toHalves } from '../../../runtime/float16.js';
import { sha256, sha256Digest } from '../../../runtime/sha256.js';
import type { FeatureKey, FeatureMap } from './types.js';

/** Raised when what an entry holds changes its meaning. */
const FORMAT = 2;

const DIGEST_BYTES = 32;

/** From here on a number is rounded to a float16 of infinity. */
const HALF_OVERFLOW = 65520;

/** What one layer's map is kept under, as text: the same for all keys that lead to the same map, whatever other layers they ask for. */
export function keyText({ backbone, backend, geometry, view, input, image }: FeatureKey, layer: LayerName): string {
  const { mode, resize, inputSize, tileOverlap } = geometry;
  const shape = [mode, mode === 'stretch' ? null : resize, inputSize, mode === 'tile' ? tileOverlap : null];
  const seen = input === undefined ? [] : [input];
  return JSON.stringify([FORMAT, backbone[layer], backend, layer, shape, view, image, ...seen]);
}

/** The entry's name: 64 hexadecimal digits. */
export async function entryName(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text));
}

/** In float16; a map with finite values beyond float16's range stays in float32. */
export function pack({ shape, data }: FeatureMap): RawTensor {
  const overflows = data.some((value) => Math.abs(value) >= HALF_OVERFLOW && Math.abs(value) < Infinity);
  const values = overflows ? data : toHalves(data);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { dtype: overflows ? 'F32' : 'F16', shape, data: bytes };
}

/** @returns undefined for what is no feature map */
export function unpack(tensor: RawTensor | undefined): FeatureMap | undefined {
  const [height, width, channels, ...more] = tensor?.shape ?? [];
  if (!tensor || height === undefined || width === undefined || channels === undefined || more.length > 0) {
    return undefined;
  }
  if (tensor.dtype !== 'F16' && tensor.dtype !== 'F32') return undefined;
  return { shape: [height, width, channels], data: toFloat32(tensor, MAP, 'features') };
}

/** The map's name in its file. */
const MAP = 'map';

export async function encodeEntry(text: string, tensor: RawTensor): Promise<Uint8Array> {
  const file = writeSafetensors(new Map([[MAP, tensor]]), { key: text });
  const bytes = new Uint8Array(DIGEST_BYTES + file.length);
  bytes.set(await sha256Digest(file));
  bytes.set(file, DIGEST_BYTES);
  return bytes;
}

/** @returns undefined for anything but a whole entry of this key */
export async function decodeEntry(bytes: Uint8Array, text: string): Promise<FeatureMap | undefined> {
  if (bytes.length <= DIGEST_BYTES) return undefined;
  const file = bytes.subarray(DIGEST_BYTES);
  const digest = await sha256Digest(file);
  if (digest.some((byte, i) => byte !== bytes[i])) return undefined;
  // The digest tells damage, not intent: what was made to fit it is checked as well.
  try {
    const { tensors, metadata } = readSafetensors(file);
    return metadata.key === text ? unpack(tensors.get(MAP)) : undefined;
  } catch (error) {
    if (error instanceof IadError) return undefined;
    throw error;
  }
}
