// Gradients that tfjs lacks or has wrong, for every backend: comparisons and topk (none), maximum, minimum and squaredDifference
// (wrong shape after broadcasting), mirrorPad (drops what flows into the border), avgPool (forgets that a window over the border
// averages fewer values).
import type { GradConfig, Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { isPairs, pooling, wrongAttribute } from './attributes.js';

/** Where training meets one of these by its inputs, it goes no further back. */
const WITHOUT_SLOPE = ['Equal', 'Greater', 'Less', 'LessEqual', 'NotEqual'].map(
  (kernelName): GradConfig => ({
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_, [a, b]) => ({ a: () => zerosLike(a), b: () => zerosLike(b) }),
  }),
);

function zerosLike(x: Tensor | undefined): Tensor {
  return tf.zeros(needed(x, 'a comparison').shape);
}

function needed<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new IadError('BACKEND_WRONG', `the gradient of ${what} misses what tfjs should have saved`, {
    hint: 'Use the @tensorflow/tfjs version that this package depends on.',
  });
}

function single(dy: Tensor | Tensor[], what: string): Tensor {
  return needed(Array.isArray(dy) ? dy[0] : dy, what);
}

/** The gradient of an input that was broadcast. */
function summedTo(shape: number[], gradient: Tensor): Tensor {
  return tf.sum(gradient, tf.broadcast_util.getReductionAxes(shape, gradient.shape)).reshape(shape);
}

/** @param slope the slope by `a`, and that by `b`, of an op that takes both in */
function binary(kernelName: string, slope: (a: Tensor, b: Tensor) => [a: Tensor, b: Tensor]): GradConfig {
  return {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, saved) => {
      const [a, b] = [needed(saved[0], kernelName), needed(saved[1], kernelName)];
      const upstream = single(dy, kernelName);
      return {
        a: () => summedTo(a.shape, tf.mul(upstream, slope(a, b)[0])),
        b: () => summedTo(b.shape, tf.mul(upstream, slope(a, b)[1])),
      };
    },
  };
}

const BINARY: readonly GradConfig[] = [
  binary('Maximum', (a, b) => [floats(tf.greaterEqual(a, b)), floats(tf.less(a, b))]),
  binary('Minimum', (a, b) => [floats(tf.lessEqual(a, b)), floats(tf.greater(a, b))]),
  binary('SquaredDifference', (a, b) => [tf.mul(tf.sub(a, b), 2), tf.mul(tf.sub(b, a), 2)]),
];

function floats(condition: Tensor): Tensor {
  return tf.cast(condition, 'float32');
}

const TOP_K: GradConfig = {
  kernelName: 'TopK',
  inputsToSave: ['x'],
  outputsToSave: [false, true],
  gradFunc: (dy, saved) => {
    const x = needed(saved[0], 'topk');
    const indices = needed(saved[1], 'topk');
    const values = single(dy, 'topk');
    return {
      x: () => {
        const columns = x.shape[x.rank - 1] ?? 1;
        const rows = x.size / columns;
        const starts = tf.range(0, rows, 1, 'int32').mul(tf.scalar(columns, 'int32')).expandDims(1);
        const places = tf
          .add(indices.reshape([rows, -1]), starts)
          .flatten()
          .as1D();
        return tf.unsortedSegmentSum(values.flatten(), places, x.size).reshape(x.shape);
      },
    };
  },
};

/** What was padded by mirroring along an axis, folded back onto the elements that it came from. */
function fold(dy: Tensor, axis: number, [before, after]: readonly [number, number], offset: number): Tensor {
  if (before === 0 && after === 0) return dy;
  const size = (dy.shape[axis] ?? 0) - before - after;
  const along = (value: number, others: readonly number[]) => others.map((other, i) => (i === axis ? value : other));
  const part = (start: number, length: number) =>
    tf.slice(dy, along(start, Array(dy.rank).fill(0)), along(length, dy.shape));
  const placed = (border: Tensor, start: number) => {
    const end = size - start - (border.shape[axis] ?? 0);
    const paddings = dy.shape.map((_, i): [number, number] => (i === axis ? [start, end] : [0, 0]));
    return tf.pad(tf.reverse(border, axis), paddings);
  };
  const sums = [part(before, size)];
  if (before > 0) sums.push(placed(part(0, before), offset));
  if (after > 0) sums.push(placed(part(before + size, after), size - offset - after));
  return tf.addN(sums);
}

const MIRROR_PAD: GradConfig = {
  kernelName: 'MirrorPad',
  gradFunc: (dy, _, { paddings, mode }) => ({
    x: () => {
      if (!isPairs(paddings)) throw wrongAttribute('paddings', paddings);
      // `reflect` does not repeat the edge.
      const offset = mode === 'reflect' ? 1 : 0;
      return paddings.reduce(
        (folded: Tensor, padding, axis) => fold(folded, axis, padding, offset),
        single(dy, 'mirrorPad'),
      );
    },
  }),
};

/** How many elements each window holds of its full size, along one direction. */
function counts(outputs: number, inputs: number, window: number, stride: number, before: number): number[] {
  return Array.from({ length: outputs }, (_, i) => {
    const start = i * stride - before;
    return Math.min(inputs, start + window) - Math.max(0, start);
  });
}

const AVG_POOL: GradConfig = {
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => {
    const x = needed(saved[0], 'avgPool');
    return {
      x: () => {
        const upstream = single(dy, 'avgPool');
        const info = pooling(x.shape, attrs);
        const { filterHeight, filterWidth, padInfo } = info;
        const rows = counts(info.outHeight, info.inHeight, filterHeight, info.strideHeight, padInfo.top);
        const columns = counts(info.outWidth, info.inWidth, filterWidth, info.strideWidth, padInfo.left);
        // tfjs's kernel divides by the full window throughout.
        const shares = rows.map((row) => columns.map((column) => (filterHeight * filterWidth) / (row * column)));
        const isWhole = shares.flat().every((share) => share === 1);
        const scaled = isWhole ? upstream : tf.mul(upstream, tf.tensor2d(shares).expandDims(2));
        return tf.engine().runKernel<Tensor>('AvgPoolGrad', { dy: scaled, input: x }, attrs);
      },
    };
  },
};

export const STOCK_GRADIENTS: readonly GradConfig[] = [...WITHOUT_SLOPE, ...BINARY, TOP_K, MIRROR_PAD, AVG_POOL];
