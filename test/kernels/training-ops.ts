// The differentiable ops that training the specified methods needs, one line each: op, who needs it, inputs, how it is called.
// Methods without a line train nothing by gradients. None needs an LSTM, an FFT, einsum, cumsum or local response
// normalisation (the AlexNet of DifferNet has none).
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';

export interface TrainingOp {
  readonly op: string;
  /** The methods, by the names of their specifications. */
  readonly neededBy: string;
  readonly shapes: readonly (readonly number[])[];
  /** The inputs' values lie in this range. */
  readonly range: readonly [number, number];
  readonly run: (...inputs: Tensor[]) => Tensor;
}

const CNN =
  'ast, csflow, cutpaste, deep-svdd, devnet, draem, dra, dsr, efficientad, f-anogan, fastflow, favae, fcdd, gcad, igd, mkd, mocca, nsa, panda, prn, rd4ad, regad, riad, stpm';
const RESNET = 'cutpaste, devnet, dra, gcad, nsa, panda, regad, stpm';
const SSIM = 'ae, draem, igd, intra, riad';
const FLOWS = 'ast, bgad, cflow, csflow, differnet, fastflow';
const TRANSFORMERS = 'dinomaly, dne, intra, semirest';
const ALL = 'all';

/** An op on inputs of any rank. */
function op(
  name: string,
  neededBy: string,
  shapes: readonly (readonly number[])[],
  run: TrainingOp['run'],
  range: TrainingOp['range'] = [-1, 1],
): TrainingOp {
  return { op: name, neededBy, shapes, run, range };
}

/** An op on images [N, H, W, C] and filters. */
function image(
  name: string,
  neededBy: string,
  shapes: readonly (readonly [number, number, number, number])[],
  run: (...inputs: Tensor4D[]) => Tensor,
): TrainingOp {
  const on4D = (...inputs: Tensor[]) => run(...inputs.map((x) => x.as4D(...size4(x.shape))));
  return { op: name, neededBy, shapes, run: on4D, range: [-1, 1] };
}

function size4([a = 1, b = 1, c = 1, d = 1]: readonly number[]): [number, number, number, number] {
  return [a, b, c, d];
}

type Pair = readonly [x: Tensor4D, filter: Tensor4D];
const pad1: [[number, number], [number, number], [number, number], [number, number]] = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];
const INDICES = [2, 0, 2, 1, 3, 3, 2];

/** A network's gradient by its input, as a function of its input and weights: what a gradient penalty differentiates. */
function inputGradient(x: Tensor4D, filter: Tensor4D): Tensor {
  const critic = (image: Tensor) => tf.leakyRelu(tf.conv2d(image.as4D(...x.shape), filter, 2, 'same'), 0.2);
  return tf.grad((image) => critic(image).square().sum())(x);
}

function gelu(x: Tensor): Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

function standardised(x: Tensor, axes: number[]): Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
}

// biome-ignore format: one line each
export const TRAINING_OPS: readonly TrainingOp[] = [
  // Convolutions.
  image('conv2d 3x3 same', `${CNN}, ae, vae`, [[2, 5, 4, 3], [3, 3, 3, 4]], (...[x, w]: Pair) => tf.conv2d(x, w, 1, 'same')),
  image('conv2d 4x4 stride 2 same', 'ae, dsr, efficientad, favae, ganomaly, riad, vae', [[2, 6, 6, 2], [4, 4, 2, 3]], (...[x, w]: Pair) => tf.conv2d(x, w, 2, 'same')),
  image('conv2d 3x3 stride 2 same', 'f-anogan, igd', [[1, 6, 5, 2], [3, 3, 2, 3]], (...[x, w]: Pair) => tf.conv2d(x, w, 2, 'same')),
  image('conv2d 3x3 stride 2, padded by 1', `${RESNET}, csflow, mocca, rd4ad`, [[2, 5, 6, 2], [3, 3, 2, 2]], (...[x, w]: Pair) => tf.conv2d(tf.pad(x, pad1), w, 2, 'valid')),
  image('conv2d 7x7 stride 2, padded by 3', RESNET, [[1, 8, 7, 2], [7, 7, 2, 2]], (...[x, w]: Pair) => tf.conv2d(x, w, 2, [[0, 0], [3, 3], [3, 3], [0, 0]])),
  image('conv2d 8x8 valid to 1x1', 'ae, efficientad, favae, ganomaly, vae', [[2, 8, 8, 1], [8, 8, 1, 2]], (...[x, w]: Pair) => tf.conv2d(x, w, 1, 'valid')),
  image('conv2d 1x1', 'cfa, dfr, fastflow, favae, prn, rd4ad, regad', [[2, 3, 4, 5], [1, 1, 5, 3]], (...[x, w]: Pair) => tf.conv2d(x, w, 1, 'valid')),
  image('conv2d 1x1 stride 2', `${RESNET}, mocca, rd4ad`, [[2, 5, 4, 3], [1, 1, 3, 2]], (...[x, w]: Pair) => tf.conv2d(x, w, 2, 'valid')),
  image('conv2d 2x2 stride 1 valid', 'patch-svdd, uninformed-students', [[2, 4, 5, 2], [2, 2, 2, 3]], (...[x, w]: Pair) => tf.conv2d(x, w, 1, 'valid')),
  image('conv2d dilated, by spaceToBatchND', 'gcad, uninformed-students', [[1, 6, 6, 2], [2, 2, 2, 2]], (...[x, w]: Pair) => tf.batchToSpaceND(tf.conv2d(tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 0]]), w, 1, 'valid'), [2, 2], [[0, 0], [0, 0]])),
  image('conv2d, second order', 'f-anogan', [[2, 4, 4, 2], [3, 3, 2, 3]], (...[x, w]: Pair) => inputGradient(x, w)),
  image('depthwiseConv2d 3x3 same', SSIM, [[2, 5, 4, 3], [3, 3, 3, 1]], (...[x, w]: Pair) => tf.depthwiseConv2d(x, w, 1, 'same')),
  image('depthwiseConv2d 11x11 valid', SSIM, [[1, 12, 12, 1], [11, 11, 1, 1]], (...[x, w]: Pair) => tf.depthwiseConv2d(x, w, 1, 'valid')),
  image('depthwiseConv2d 3x3 stride 2, several outputs a channel', 'prn', [[1, 6, 6, 2], [3, 3, 2, 2]], (...[x, w]: Pair) => tf.depthwiseConv2d(x, w, 2, 'same')),
  image('depthwiseConv2d 5x5 stride 4, padded by 2', 'prn', [[1, 9, 8, 2], [5, 5, 2, 2]], (...[x, w]: Pair) => tf.depthwiseConv2d(tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]]), w, 4, 'valid')),
  image('conv2dTranspose 4x4 stride 2', 'ae, dsr, favae, ganomaly, riad, vae', [[2, 3, 3, 2], [4, 4, 3, 2]], (...[x, w]: Pair) => tf.conv2dTranspose(x, w, [x.shape[0], 6, 6, 3], 2, 'same')),
  image('conv2dTranspose 3x3 stride 2', 'nsa', [[1, 3, 4, 2], [3, 3, 3, 2]], (...[x, w]: Pair) => tf.conv2dTranspose(x, w, [x.shape[0], 6, 8, 3], 2, 'same')),
  image('conv2dTranspose 5x5', 'deep-svdd, mocca', [[1, 4, 3, 2], [5, 5, 2, 2]], (...[x, w]: Pair) => tf.conv2dTranspose(x, w, [x.shape[0], 4, 3, 2], 1, 'same')),
  image('conv2dTranspose 2x2 stride 2', 'rd4ad', [[2, 2, 3, 3], [2, 2, 2, 3]], (...[x, w]: Pair) => tf.conv2dTranspose(x, w, [x.shape[0], 4, 6, 2], 2, 'same')),
  image('conv2dTranspose 4x4 from 1x1', 'ae, favae, ganomaly, vae', [[2, 1, 1, 3], [4, 4, 2, 3]], (...[x, w]: Pair) => tf.conv2dTranspose(x, w, [x.shape[0], 4, 4, 2], 1, 'valid')),
  // Pooling, resizing, padding.
  image('maxPool 2x2', 'deep-svdd, draem, dsr, fcdd, gcad, mkd, uninformed-students', [[2, 4, 6, 3]], (x) => tf.maxPool(x, 2, 2, 'valid')),
  image('maxPool 3x3 stride 2, padded by 1', RESNET, [[2, 6, 5, 2]], (x) => tf.maxPool(x, 3, 2, 1)),
  image('maxPool 2x2 stride 1 dilated', 'uninformed-students', [[1, 6, 6, 2]], (x) => tf.pool(x, 2, 'max', 'valid', 2, 1)),
  image('avgPool 2x2', 'efficientad, f-anogan, igd, intra, riad', [[2, 4, 6, 3]], (x) => tf.avgPool(x, 2, 2, 'valid')),
  image('avgPool 3x3 same', 'cfa, simplenet', [[1, 5, 4, 2]], (x) => tf.avgPool(x, 3, 1, 'same')),
  image('resizeBilinear, align corners', 'draem, dsr, gcad, nsa, prn', [[2, 3, 4, 2]], (x) => tf.image.resizeBilinear(x, [6, 8], true)),
  image('resizeBilinear, half-pixel centres', 'csflow, efficientad', [[2, 3, 4, 2]], (x) => tf.image.resizeBilinear(x, [6, 9], false, true)),
  image('resizeBilinear, half-pixel centres, smaller', 'efficientad, regad', [[1, 7, 5, 2]], (x) => tf.image.resizeBilinear(x, [3, 4], false, true)),
  image('resizeBilinear, plain', 'gcad', [[1, 3, 5, 2]], (x) => tf.image.resizeBilinear(x, [5, 7])),
  image('resizeNearestNeighbor', 'deep-svdd, devnet, dra, f-anogan, igd', [[2, 3, 4, 2]], (x) => tf.image.resizeNearestNeighbor(x, [6, 8])),
  image('resizeNearestNeighbor, smaller', 'devnet, dra', [[2, 6, 8, 2]], (x) => tf.image.resizeNearestNeighbor(x, [3, 4])),
  image('mirrorPad, reflect', 'dfr, uninformed-students', [[2, 4, 3, 2]], (x) => tf.mirrorPad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], 'reflect')),
  image('mirrorPad, symmetric', 'ast', [[2, 4, 3, 2]], (x) => tf.mirrorPad(x, [[0, 0], [2, 1], [1, 2], [0, 0]], 'symmetric')),
  image('pad', `${RESNET}, mocca, rd4ad`, [[2, 3, 4, 2]], (x) => tf.pad(x, pad1)),
  // Matrices, attention, norms.
  op('matMul', `${FLOWS}, ${TRANSFORMERS}, cutpaste, deep-svdd, simplenet, vae`, [[5, 7], [7, 3]], (a, b) => tf.matMul(a, b)),
  op('matMul, transposed', `${TRANSFORMERS}, cfa`, [[7, 5], [3, 7]], (a, b) => tf.matMul(a, b, true, true)),
  op('matMul, batched and transposed', `${TRANSFORMERS}, prn`, [[2, 3, 4, 5], [2, 3, 6, 5]], (a, b) => tf.matMul(a, b, false, true)),
  op('attention', TRANSFORMERS, [[2, 4, 3], [2, 4, 3], [2, 4, 3]], (q, k, v) => tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), 0.6)), v)),
  op('linear attention', 'dinomaly', [[2, 4, 3], [2, 4, 3], [2, 4, 3]], (q, k, v) => tf.div(tf.matMul(tf.add(tf.elu(q), 1), tf.matMul(tf.add(tf.elu(k), 1), v, true)), tf.sum(tf.matMul(tf.add(tf.elu(q), 1), tf.add(tf.elu(k), 1), false, true), -1, true))),
  op('batch norm in training', CNN, [[2, 3, 4, 3], [3], [3]], (x, scale, offset) => tf.add(tf.mul(standardised(x, [0, 1, 2]), scale), offset)),
  op('batchNorm by given statistics', 'panda', [[2, 3, 4, 3], [3], [3]], (x, scale, offset) => tf.batchNorm(x, tf.tensor1d([0.1, -0.2, 0.3]), tf.tensor1d([1, 0.5, 2]), offset.as1D(), scale.as1D(), 1e-5)),
  op('instance norm', 'dsr', [[2, 3, 4, 3]], (x) => standardised(x, [1, 2])),
  op('layer norm', `${TRANSFORMERS}, f-anogan, fastflow, igd`, [[3, 8], [8], [8]], (x, scale, offset) => tf.add(tf.mul(standardised(x, [-1]), scale), offset)),
  op('normalise over channels', 'dinomaly, mkd, panda, rd4ad, regad, stpm', [[2, 3, 4]], (x) => tf.div(x, tf.maximum(tf.norm(x, 2, -1, true), 1e-12))),
  op('cosine', 'dinomaly, mkd, rd4ad, regad', [[3, 8], [3, 8]], (a, b) => tf.div(tf.sum(tf.mul(a, b), 1), tf.mul(tf.norm(a, 2, 1), tf.norm(b, 2, 1)))),
  // Activations and element-wise functions.
  op('relu', `${CNN}, differnet, cflow`, [[3, 8]], (x) => tf.relu(x)),
  op('leakyRelu', 'ae, ast, csflow, deep-svdd, favae, ganomaly, mocca, patch-svdd, simplenet, uninformed-students', [[3, 8]], (x) => tf.leakyRelu(x, 0.2)),
  op('elu', 'dinomaly', [[3, 8]], (x) => tf.elu(x)),
  op('gelu by erf', 'dinomaly, dne, intra, semirest', [[3, 8]], gelu, [-3, 3]),
  op('sigmoid', 'ae, bgad, deep-svdd, favae, ganomaly, mocca, nsa, prn, vae', [[3, 8]], (x) => tf.sigmoid(x), [-4, 4]),
  op('logSigmoid', 'bgad, cflow', [[3, 8]], (x) => tf.logSigmoid(x), [-4, 4]),
  op('softplus', 'bgad, cflow, fastflow', [[3, 8]], (x) => tf.softplus(x), [-4, 4]),
  op('tanh', 'cflow, f-anogan, fastflow, ganomaly, patch-svdd, riad', [[3, 8]], (x) => tf.tanh(x), [-3, 3]),
  op('atan', 'ast, bgad, csflow, differnet', [[3, 8]], (x) => tf.atan(x), [-3, 3]),
  op('softmax', 'draem, dsr', [[3, 8]], (x) => tf.softmax(x)),
  op('logSoftmax', 'cutpaste, dne, panda, patch-svdd', [[3, 8]], (x) => tf.logSoftmax(x)),
  op('exp', `${FLOWS}, fcdd, igd, vae, favae`, [[3, 8]], (x) => tf.exp(x), [-2, 2]),
  op('log', 'cflow, draem, dsr, fastflow, fcdd, ganomaly, nsa, vae', [[3, 8]], (x) => tf.log(x), [0.1, 3]),
  op('log1p', 'fcdd', [[3, 8]], (x) => tf.log1p(x), [-0.5, 3]),
  op('sqrt', 'fcdd, intra, patch-svdd, riad', [[3, 8]], (x) => tf.sqrt(x), [0.1, 3]),
  op('rsqrt', CNN, [[3, 8]], (x) => tf.rsqrt(x), [0.1, 3]),
  op('square', ALL, [[3, 8]], (x) => tf.square(x)),
  op('pow', 'dsr, draem, igd, prn, semirest', [[3, 8]], (x) => tf.pow(x, 0.2856), [0.1, 2]),
  op('abs', 'devnet, dra, ganomaly, igd, vae', [[3, 8]], (x) => tf.abs(x)),
  op('neg', ALL, [[3, 8]], (x) => tf.neg(x)),
  op('sin and cos', 'regad', [[3, 8]], (x) => tf.add(tf.sin(x), tf.cos(tf.mul(x, 2)))),
  op('clipByValue', 'ast, csflow, differnet, draem', [[3, 8]], (x) => tf.clipByValue(x, -0.52, 0.48)),
  op('maximum', 'cfa, deep-svdd, devnet, dra, mocca, simplenet, riad', [[3, 8], [8]], (a, b) => tf.maximum(a, tf.mul(b, 0.71))),
  op('minimum', 'prn, riad', [[3, 1], [3, 8]], (a, b) => tf.minimum(a, tf.mul(b, 0.71))),
  op('where', 'bgad, prn', [[3, 8], [3, 8]], (a, b) => tf.where(tf.greater(a, 0.02), tf.mul(a, a), b)),
  op('add, broadcast', ALL, [[2, 3, 4], [4]], (a, b) => tf.add(a, b)),
  op('sub, broadcast', ALL, [[2, 1, 4], [3, 1]], (a, b) => tf.sub(a, b)),
  op('mul, broadcast', ALL, [[2, 3, 4], [3, 1]], (a, b) => tf.mul(a, b)),
  op('div, broadcast', ALL, [[2, 3, 4], [3, 1]], (a, b) => tf.div(a, b), [0.5, 2]),
  op('squaredDifference', ALL, [[3, 8], [8]], (a, b) => tf.squaredDifference(a, b)),
  op('addN', 'csflow, prn', [[3, 8], [3, 8], [3, 8]], (...all) => tf.addN(all)),
  // Reductions.
  op('sum', ALL, [[2, 3, 4]], (x) => tf.sum(x, [0, 2])),
  op('mean', ALL, [[2, 3, 4]], (x) => tf.mean(x, [1], true)),
  op('max', 'mocca', [[2, 3, 4]], (x) => tf.max(x, [1])),
  op('min', 'cfa', [[2, 3, 4]], (x) => tf.min(x, -1)),
  op('logSumExp', 'panda', [[2, 3, 4]], (x) => tf.logSumExp(x, -1)),
  // Moving elements about.
  op('gather', 'ast, bgad, cfa, cflow, csflow, differnet, dsr, fastflow, regad', [[4, 3]], (x) => tf.gather(x, tf.tensor1d(INDICES, 'int32'))),
  op('gather along channels', 'ast, bgad, csflow, differnet, fastflow', [[2, 3, 4]], (x) => tf.gather(x, tf.tensor1d(INDICES, 'int32'), 2)),
  op('gather, indices a row each', 'cfa, prn', [[2, 4, 3]], (x) => tf.gather(x, tf.tensor2d([[3, 0, 3], [1, 1, 2]], [2, 3], 'int32'), 1, 1)),
  op('topk', 'cfa, devnet, dra, efficientad', [[4, 6]], (x) => tf.topk(x, 3).values),
  op('concat', `${CNN}, ${FLOWS}`, [[2, 3, 2], [2, 3, 3]], (a, b) => tf.concat([a, b], -1)),
  op('split', FLOWS, [[2, 3, 4]], (x) => tf.split(x, 2, -1).reduce((a, b) => tf.mul(a, tf.exp(b)))),
  op('slice', 'efficientad, patch-svdd, semirest', [[3, 5, 4]], (x) => tf.slice(x, [1, 0, 1], [2, 4, 2])),
  op('stack and unstack', 'prn, riad', [[3, 4], [3, 4]], (a, b) => tf.stack([tf.unstack(a)[1] ?? a, tf.unstack(b)[2] ?? b], 1)),
  op('tile', 'igd, prn', [[2, 3]], (x) => tf.tile(x, [3, 2])),
  op('broadcastTo', 'cfa, prn', [[2, 1, 3]], (x) => tf.broadcastTo(x, [2, 4, 3])),
  op('reverse', 'igd', [[4, 3]], (x) => tf.reverse(x, 0)),
  op('transpose', TRANSFORMERS, [[2, 3, 4, 2]], (x) => tf.transpose(x, [0, 2, 1, 3])),
  op('transpose of patches', 'intra, prn, semirest', [[1, 2, 3, 2, 2, 2]], (x) => tf.transpose(x, [0, 1, 3, 2, 4, 5])),
  op('reshape and expandDims', ALL, [[2, 6]], (x) => tf.expandDims(tf.reshape(x, [3, 4]), 1)),
];
