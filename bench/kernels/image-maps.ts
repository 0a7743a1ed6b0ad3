// Rows of the kernels over feature maps and images: patchEmbed and gaussianBlur at PatchCore's sizes, normalizedDifference at STPM's,
// ssimMap at DRAEM's. Each stands beside the same from stock ops.
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { gaussianTaps, reflected } from '../../src/kernels/gaussian-blur/plan.js';
import { gaussianBlur, normalizedDifference, patchEmbed, ssimMap } from '../../src/kernels/index.js';
import { Random } from '../../src/runtime/random.js';
import type { Inputs, KernelBenchmark, Run } from './types.js';

type Shape = [batch: number, height: number, width: number, channels: number];
type Sets = readonly (readonly [set: 'quick' | 'real', ...Shape])[];

const elements = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

function drawn(seed: number, shape: Shape): Tensor4D {
  const random = new Random(seed);
  return tf.tensor4d(
    Float32Array.from({ length: elements(shape) }, () => random.uniform()),
    shape,
  );
}

function maps(inputs: Inputs): Tensor4D[] {
  return Object.values(inputs).filter((tensor): tensor is Tensor4D => tensor.rank === 4);
}

/** A row over inputs of the given shapes. */
function row(
  op: string,
  set: 'quick' | 'real',
  shapes: readonly Shape[],
  note: string,
  run: (inputs: Tensor4D[]) => Tensor | Tensor[],
  stock: ((inputs: Tensor4D[]) => Tensor | Tensor[]) | null,
  work: { flops: number; written: number },
): KernelBenchmark {
  const runOf =
    (f: (inputs: Tensor4D[]) => Tensor | Tensor[]): Run =>
    (inputs) =>
      [tf.tidy(() => f(maps(inputs)))].flat();
  return {
    op,
    sizes: `${shapes.map((shape) => shape.join('x')).join(' ')}${note}`,
    set,
    make: () => Object.fromEntries(shapes.map((shape, i) => [`x${i}`, drawn(i + 1, shape)])),
    run: runOf(run),
    baselines: stock ? { stock: runOf(stock) } : {},
    flops: work.flops,
    bytes: 4 * (shapes.reduce((sum, shape) => sum + elements(shape), 0) + work.written),
  };
}

/** The same filter over every channel. */
function filtered(
  x: Tensor4D,
  taps: ArrayLike<number>,
  height: number,
  width: number,
  pad: 'same' | 'valid',
): Tensor4D {
  const filter = tf.tensor4d(Float32Array.from(taps), [height, width, 1, 1]);
  return tf.depthwiseConv2d(x, filter.tile<Tensor4D>([1, 1, x.shape[3], 1]), 1, pad);
}

const NINTHS = new Array<number>(9).fill(1 / 9);

/** Stages of 512 and 1024 channels: as PatchCore embeds them, a filter, means of pairs, a resizing and a concatenation. */
function stockPooled([fine, coarse]: Tensor4D[]): Tensor3D {
  const [batch, height, width] = coarse!.shape;
  const first = filtered(fine!, [0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1], 3, 3, 'same');
  const pairs = coarse!.reshape([batch * height * width, 512, 2]).mean(2);
  const second = filtered(pairs.reshape([batch, height, width, 512]), NINTHS, 3, 3, 'same');
  const resized = tf.image.resizeBilinear(second, [fine!.shape[1], fine!.shape[2]], false, true);
  return tf.concat([first, resized], 3).reshape([batch, -1, 1024]);
}

function stockConcatenated(layers: Tensor4D[]): Tensor3D {
  const grid: [number, number] = [layers[0]!.shape[1], layers[0]!.shape[2]];
  const pooled = layers.map((layer) => filtered(layer, NINTHS, 3, 3, 'same'));
  const resized = pooled.map((layer) => tf.image.resizeBilinear(layer, grid, false, true));
  const all = tf.concat(resized, 3);
  return all.reshape([all.shape[0], -1, all.shape[3]]);
}

function patchEmbedRows(set: 'quick' | 'real', side: number): KernelBenchmark[] {
  const shapes: Shape[] = [
    [1, side, side, 512],
    [1, side / 2, side / 2, 1024],
  ];
  const [fine, coarse] = shapes.map(elements) as [number, number];
  const grid = side * side;
  return [
    row('patchEmbed', set, shapes, ' to 1024', (x) => patchEmbed(x, { dimension: 1024 }), stockPooled, {
      flops: 18 * (fine + coarse) + 8 * grid * 512,
      written: grid * 1024,
    }),
    row('patchEmbed', set, shapes, ' concatenated', (x) => patchEmbed(x), stockConcatenated, {
      flops: 18 * (fine + coarse) + 8 * grid * 1024,
      written: grid * 1536,
    }),
  ];
}

function stockBlur([x]: Tensor4D[]): Tensor4D {
  const taps = gaussianTaps(4);
  const [, height, width] = x!.shape;
  const wide = tf.gather(x!, tf.tensor1d(reflected(width, 16, 'edge'), 'int32'), 2);
  const across = filtered(wide, taps, 1, 33, 'valid');
  return filtered(tf.gather(across, tf.tensor1d(reflected(height, 16, 'edge'), 'int32'), 1), taps, 33, 1, 'valid');
}

function stockDifference([a, b]: Tensor4D[]): Tensor {
  const unit = (x: Tensor4D) => x.div(x.square().sum(3, true).sqrt().maximum(1e-12));
  return unit(a!).sub(unit(b!)).square().sum(3).mul(0.5);
}

function stockSsim([a, b]: Tensor4D[]): Tensor {
  const taps = gaussianTaps(1.5, 5);
  const blurred = (x: Tensor4D) => filtered(filtered(x, taps, 1, 11, 'same'), taps, 11, 1, 'same');
  const [meanA, meanB] = [blurred(a!), blurred(b!)];
  const both = meanA.mul(meanB);
  const squares = meanA.square().add(meanB.square());
  const covariance = blurred(a!.mul(b!)).sub(both);
  const variances = blurred(a!.square().add(b!.square())).sub(squares);
  const above = both.mul(2).add(1e-4).mul(covariance.mul(2).add(9e-4));
  return above.div(squares.add(1e-4).mul(variances.add(9e-4)));
}

const BLURS: Sets = [
  ['quick', 1, 224, 224, 1],
  ['real', 16, 256, 256, 1],
];
const FEATURES: Sets = [
  ['quick', 1, 64, 64, 64],
  ['real', 8, 64, 64, 256],
];
const IMAGES: Sets = [
  ['quick', 1, 128, 128, 3],
  ['real', 8, 256, 256, 3],
];

export const IMAGE_MAP_BENCHMARKS: readonly KernelBenchmark[] = [
  ...patchEmbedRows('quick', 28),
  ...patchEmbedRows('real', 64),
  ...BLURS.map(([set, ...shape]) => {
    const work = { flops: 4 * 33 * elements(shape), written: elements(shape) };
    return row('gaussianBlur', set, [shape], ' sigma 4', ([x]) => gaussianBlur(x!, 4), stockBlur, work);
  }),
  ...FEATURES.flatMap(([set, ...shape]) => {
    const size = elements(shape);
    const forth = ([a, b]: Tensor4D[]) => normalizedDifference(a!, b!, 'squared');
    const back = (x: Tensor4D[]) => tf.grad((a) => normalizedDifference(a as Tensor4D, x[1]!, 'squared'))(x[0]!);
    const stockBack = (x: Tensor4D[]) => tf.grad((a) => stockDifference([a as Tensor4D, x[1]!]))(x[0]!);
    const work = { flops: 9 * size, written: size / shape[3] };
    return [
      row('normalizedDifference', set, [shape, shape], '', forth, stockDifference, work),
      row('normalizedDifference', set, [shape, shape], ' and gradient', back, stockBack, {
        flops: 20 * size,
        written: size,
      }),
    ];
  }),
  ...IMAGES.flatMap(([set, ...shape]) => {
    const size = elements(shape);
    const back = (x: Tensor4D[]) => tf.grad((a) => ssimMap(a as Tensor4D, x[1]!))(x[0]!);
    return [
      row('ssimMap', set, [shape, shape], '', ([a, b]) => ssimMap(a!, b!), stockSsim, {
        flops: (4 * 44 + 24) * size,
        written: size,
      }),
      // Stock ops have no gradient of a depthwise convolution on every backend.
      row('ssimMap', set, [shape, shape], ' and gradient', back, null, { flops: (12 * 44 + 60) * size, written: size }),
    ];
  }),
];
