// One entry of the feature cache: 32 bytes of SHA-256, then a safetensors file of the layers' maps with the key in its metadata.
import { readSafetensors, writeSafetensors } from '../../../backbones/formats/safetensors.js';
import { type RawTensor, type TensorMap, toFloat32 } from '../../../backbones/formats/tensor.js';
import type { LayerName } from '../../../backbones/types.js';
import { IadError } from '../../../runtime/errors.js';
import { toHalves } from '../../../runtime/float16.js';
import { sha256, sha256Digest } from '../../../runtime/sha256.js';
import type { FeatureKey, FeatureMap, FeatureMaps } from './types.js';

/** Raised when what an entry holds changes its meaning. */
const FORMAT = 1;

const DIGEST_BYTES = 32;

/** From here on a number is rounded to a float16 of infinity. */
const HALF_OVERFLOW = 65520;

/** The key as text: the same for all keys that lead to the same features. */
export function keyText({ backbone, backend, layers, geometry, view, input, image }: FeatureKey): string {
  const { mode, resize, inputSize, tileOverlap } = geometry;
  const shape = [mode, mode === 'stretch' ? null : resize, inputSize, mode === 'tile' ? tileOverlap : null];
  const seen = input === undefined ? [] : [input];
  return JSON.stringify([FORMAT, backbone, backend, [...layers].sort(), shape, view, image, ...seen]);
}

/** The entry's name: 64 hexadecimal digits. */
export async function entryName(text: string): Promise<string> {
  return sha256(new TextEncoder().encode(text));
}

/** In float16; a map with finite values beyond float16's range stays in float32. */
export function pack(maps: FeatureMaps): TensorMap {
  return new Map(
    [...maps].map(([layer, { shape, data }]): [string, RawTensor] => {
      const overflows = data.some((value) => Math.abs(value) >= HALF_OVERFLOW && Math.abs(value) < Infinity);
      const values = overflows ? data : toHalves(data);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return [layer, { dtype: overflows ? 'F32' : 'F16', shape, data: bytes }];
    }),
  );
}

/** @returns undefined if a layer is missing or is no feature map */
export function unpack(tensors: TensorMap, layers: readonly LayerName[]): FeatureMaps | undefined {
  const maps = new Map<LayerName, FeatureMap>();
  for (const layer of layers) {
    const tensor = tensors.get(layer);
    const [height, width, channels, ...more] = tensor?.shape ?? [];
    if (!tensor || height === undefined || width === undefined || channels === undefined || more.length > 0) {
      return undefined;
    }
    if (tensor.dtype !== 'F16' && tensor.dtype !== 'F32') return undefined;
    maps.set(layer, { shape: [height, width, channels], data: toFloat32(tensor, layer, 'features') });
  }
  return maps;
}

export async function encodeEntry(text: string, tensors: TensorMap): Promise<Uint8Array> {
  const file = writeSafetensors(tensors, { key: text });
  const bytes = new Uint8Array(DIGEST_BYTES + file.length);
  bytes.set(await sha256Digest(file));
  bytes.set(file, DIGEST_BYTES);
  return bytes;
}

/** @returns undefined for anything but a whole entry of this key */
export async function decodeEntry(
  bytes: Uint8Array,
  text: string,
  layers: readonly LayerName[],
): Promise<FeatureMaps | undefined> {
  if (bytes.length <= DIGEST_BYTES) return undefined;
  const file = bytes.subarray(DIGEST_BYTES);
  const digest = await sha256Digest(file);
  if (digest.some((byte, i) => byte !== bytes[i])) return undefined;
  // The digest tells damage, not intent: what was made to fit it is checked as well.
  try {
    const { tensors, metadata } = readSafetensors(file);
    return metadata.key === text ? unpack(tensors, layers) : undefined;
  } catch (error) {
    if (error instanceof IadError) return undefined;
    throw error;
  }
}
