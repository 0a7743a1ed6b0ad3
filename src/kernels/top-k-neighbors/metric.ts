// The metrics: all of them are squared distances of suitably scaled rows.
import type { Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { type Neighbors, neighbors } from './neighbors.js';

/**
 * `l2`: the squared distance s_ij = sum_d (q_id - b_jd)^2, in difference form, so that equal rows give exactly 0.
 * `cosine`: 1 - cos, as half the squared distance of the rows scaled to length 1; a row of zeros has no direction, so it has no
 * neighbours and is nobody's.
 */
export type Metric = 'l2' | 'cosine';

export interface NeighborOptions {
  /** `l2` unless told. */
  readonly metric?: Metric;
}

/** @throws IadError BAD_ARGUMENT for a metric that there is not */
export function metricOf(op: string, { metric = 'l2' }: NeighborOptions): Metric {
  if (metric === 'l2' || metric === 'cosine') return metric;
  throw new IadError('BAD_ARGUMENT', `${op}: metric must be l2 or cosine, not ${String(metric)}`, { path: 'metric' });
}

/** Rows as the metric takes them, in a handle of their own. */
export function inUnits(metric: Metric, rows: Tensor2D): Tensor2D {
  switch (metric) {
    case 'l2':
      return rows.clone();
    case 'cosine':
      return tf.tidy(() => {
        // By the largest number first, so that no square leaves float32's range. Of zeros 0 / 0 makes NaN.
        const near1 = rows.div(tf.max(tf.abs(rows), 1, true));
        return near1.div(tf.sqrt(tf.sum(tf.square(near1), 1, true)));
      });
    default:
      return metric satisfies never;
  }
}

/** Runs a search by squared distances for a metric. */
export function inMetric(metric: Metric, queries: Tensor2D, search: (queries: Tensor2D) => Neighbors): Neighbors {
  const found = tf.tidy(() => {
    const { distances, rows } = search(inUnits(metric, queries));
    return [metric === 'cosine' ? distances.mul(0.5) : distances, rows];
  });
  return neighbors(found);
}
