// The same weights and images as test/reference/backbone_golden.py, from the same counter-based hash.
import * as tf from '@tensorflow/tfjs';
import { convSpecs } from '../../src/backbones/architecture.js';
import type { RawTensor, TensorMap } from '../../src/backbones/formats/tensor.js';
import type { ConvPadding } from '../../src/backbones/graph.js';
import { type Layout, layoutOf } from '../../src/backbones/state-dict.js';
import type { Architecture, LayerName } from '../../src/backbones/types.js';
import { fnv1a } from '../../src/runtime/random.js';

/** Value i of the stream called `seed`, in [0, 1). */
function uniform(seed: number, i: number): number {
  let x = (Math.imul(i, 0x9e3779b9) + seed) | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return (x >>> 0) / 4294967296;
}

function tensor(name: string, shape: readonly number[], of: (u: number) => number): [string, RawTensor] {
  const seed = fnv1a(name);
  const values = new Float32Array(shape.reduce((count, size) => count * size, 1));
  for (let i = 0; i < values.length; i++) values[i] = of(uniform(seed, i));
  return [name, { dtype: 'F32', shape, data: new Uint8Array(values.buffer) }];
}

/** A state dict up to a layer; under torchvision's names, of which the values depend, unless told. */
export function seededStateDict(
  architecture: Architecture,
  until: LayerName,
  layout: Layout = layoutOf(architecture, new Map()),
): TensorMap {
  const tensors = new Map<string, RawTensor>();
  const gain = architecture.startsWith('efficientnet') ? 3 : 6;
  const add = (entry: [string, RawTensor]) => tensors.set(...entry);
  for (const { name, shape } of convSpecs(architecture, until)) {
    const [height, width, inputs, outputs] = shape;
    const { kernel, bias, norm } = layout(name);
    const bound = Math.sqrt(gain / (inputs * height * width));
    add(tensor(kernel, [outputs, inputs, height, width], (u) => (2 * u - 1) * bound));
    if (bias !== undefined) add(tensor(bias, [outputs], (u) => u - 0.5));
    if (norm) {
      add(tensor(norm.gamma, [outputs], (u) => 0.5 + u));
      add(tensor(norm.beta, [outputs], (u) => u - 0.5));
      add(tensor(norm.mean, [outputs], (u) => (u - 0.5) * 0.2));
      add(tensor(norm.variance, [outputs], (u) => 0.5 + u));
    }
  }
  return tensors;
}

/** A ramp with noise, whole numbers 0..255, [1, H, W, 3]. */
export function goldenImage(height: number, width: number): tf.Tensor4D {
  const seed = fnv1a('image');
  const values = new Float32Array(height * width * 3);
  for (let i = 0; i < values.length; i++) {
    const c = i % 3;
    const x = Math.floor(i / 3) % width;
    const y = Math.floor(i / 3 / width);
    values[i] = ((3 * x + 5 * y + 40 * c) % 200) + Math.floor(uniform(seed, i) * 56);
  }
  return tf.tensor4d(values, [1, height, width, 3]);
}

export interface GoldenMap {
  readonly shape: readonly number[];
  readonly mean: number;
  readonly std: number;
  readonly values: readonly number[];
}

export interface GoldenCase {
  readonly architecture: Architecture;
  readonly height: number;
  readonly width: number;
  /** Default `zeros`. */
  readonly padding?: ConvPadding;
  readonly layers: Readonly<Partial<Record<LayerName, GoldenMap>>>;
}

/** The largest difference from the reference (samples and mean), in units of the reference's standard deviation. */
export function goldenError(values: Float32Array, golden: GoldenMap): number {
  const seed = fnv1a('sample');
  let total = 0;
  for (const value of values) total += value;
  let worst = Math.abs(total / values.length - golden.mean);
  golden.values.forEach((expected, k) => {
    const found = values[Math.floor(uniform(seed, k) * values.length)] ?? Number.NaN;
    worst = Math.max(worst, Math.abs(found - expected));
  });
  return worst / golden.std;
}
