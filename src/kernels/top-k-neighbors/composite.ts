// topKNeighbors from stock tfjs ops, for backends without a kernel of their own: products of centred blocks propose candidates,
// which are then ranked by their distances in difference form. It never holds more than one block of either.

import type { Tensor1D, Tensor2D, Tensor3D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { SAMPLE_ROWS } from '../reduction.js';
import { type KernelCall, matrixTensor, number } from '../registry.js';
import { sampledRows } from './bank.js';
import { kLeast } from './neighbors.js';
import { compositeBlocks, compositeCandidates } from './plan.js';

export function topKNeighborsComposite(call: KernelCall): TensorInfo[] {
  const queries = matrixTensor(call, 'queries');
  const bank = matrixTensor(call, 'bank');
  const k = number(call, 'k');
  const blocks = compositeBlocks(queries.shape[0], ...bank.shape, k);
  return tf.tidy(() => {
    const squared: Tensor2D[] = [];
    const rows: Tensor2D[] = [];
    const sample = sampledRows(bank, SAMPLE_ROWS);
    const mean = tf.where(tf.isFinite(sample), sample, tf.zerosLike(sample)).mean<Tensor1D>(0);
    for (let from = 0; from < queries.shape[0]; from += blocks.queries) {
      const part = queries.slice([from, 0], [Math.min(blocks.queries, queries.shape[0] - from), -1]);
      const found = tf.tidy(() => nearest(part, bank, mean, k, blocks.bank));
      squared.push(found[0]);
      rows.push(found[1]);
    }
    return [tf.concat2d(squared, 0), tf.concat2d(rows, 0)];
  });
}

function nearest(queries: Tensor2D, bank: Tensor2D, mean: Tensor1D, k: number, block: number): [Tensor2D, Tensor2D] {
  const centred = queries.sub<Tensor2D>(mean);
  const proposals: Tensor2D[] = [];
  for (let from = 0; from < bank.shape[0]; from += block) {
    const size = Math.min(block, bank.shape[0] - from);
    const rows = tf.tidy(() => {
      const part = bank.slice([from, 0], [size, -1]).sub<Tensor2D>(mean);
      const ranks = tf.matMul(centred, part, false, true).mul(2).sub<Tensor2D>(part.square().sum(1));
      const top = tf.topk(withoutNaN(ranks, Number.NEGATIVE_INFINITY), compositeCandidates(k, size));
      return tf.cast(top.indices, 'int32').add<Tensor2D>(tf.scalar(from, 'int32'));
    });
    proposals.push(rows);
  }
  // In row order, so that topk's preference for the first of equals is one for the lower row.
  const proposed = tf.concat2d(proposals, 1);
  const order = tf.topk(proposed.neg(), proposed.shape[1]);
  const candidates = order.values.neg<Tensor2D>();
  const [count, width] = candidates.shape;
  const picked = tf.gather(bank, candidates.toInt().reshape<Tensor1D>([-1])).reshape<Tensor3D>([count, width, -1]);
  const distances = picked.sub(queries.expandDims(1)).square().sum<Tensor2D>(2);
  const [squared, chosen] = kLeast(withoutNaN(distances, Number.POSITIVE_INFINITY), candidates, k);
  return [squared, tf.where(tf.isInf(squared), tf.fill([count, k], -1, 'int32'), chosen)];
}

function withoutNaN(values: Tensor2D, instead: number): Tensor2D {
  return tf.where(tf.isNaN(values), tf.fill(values.shape, instead), values);
}
