// From distances to the memory bank to an image score and a map (PatchCore, section 3.3 and Eq. 5-7).

import { interpolate } from '../../data/interpolate.js';
import { resizeNearest, type ScoreMap, smooth } from '../parts/anomaly-map.js';
import type { PatchCoreConfig } from './config.js';

/** Nearest bank rows of every patch. */
export interface Neighbors {
  /** [patches, k] squared L2 distances, ascending */
  readonly squared: Float32Array;
  /** [patches, k] bank rows */
  readonly rows: Int32Array;
  readonly k: number;
}

/**
 * One score per patch. Variant `official`: the squared L2 distance to the nearest bank row, with `neighbors` > 1 the mean of
 * the squares. Variant `anomalib`: the L2 distance, with `neighbors` > 1 the root of that mean. A bank of fewer rows than
 * `neighbors` is averaged over all of them.
 */
export function patchScores(found: Neighbors, config: PatchCoreConfig): Float32Array {
  const { squared, k } = found;
  return Float32Array.from({ length: squared.length / k }, (_, patch) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += squared[patch * k + i]!;
    const mean = sum / k;
    return config.variant === 'anomalib' ? Math.sqrt(mean) : mean;
  });
}

/** Mean of the `top` largest scores: 1 gives the maximum. */
export function topMean(scores: Float32Array, top: number): number {
  const largest = Float32Array.from(scores)
    .sort()
    .subarray(Math.max(0, scores.length - top));
  return largest.reduce((sum, value) => sum + value, 0) / largest.length;
}

/** The patch furthest from the bank; the first of several. */
export function mostAnomalousPatch(scores: Float32Array): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

/**
 * Eq. 7: s = (1 - exp(d*) / sum over m in N_b(m*) of exp(||patch - m||)) * d*, with plain L2 distances, d* the patch's
 * distance to its nearest bank row m*, and N_b(m*) the b bank rows nearest to m*, itself included. Computed relative to
 * the largest exponent, so that no distance overflows. One neighbour alone says nothing about its surroundings: its distance
 * is returned as it is.
 * @param distances L2 distances of the patch to N_b(m*), the one to m* first
 */
export function reweighted(distances: Float32Array): number {
  const nearest = distances[0]!;
  if (distances.length === 1) return nearest;
  const largest = distances.reduce((most, value) => Math.max(most, value), 0);
  const sum = distances.reduce((total, value) => total + Math.exp(value - largest), 0);
  return (1 - Math.exp(nearest - largest) / sum) * nearest;
}

/** L2 distance between two rows of equal length. */
export function euclidean(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

/** A view's patch scores as a smooth map at the network's input size. */
export async function viewMap(
  scores: Float32Array,
  [height, width]: readonly [number, number],
  { inputSize: size, smoothing, variant }: PatchCoreConfig,
): Promise<Float32Array> {
  const patchMap: ScoreMap = { width, height, data: scores };
  const isAnomalib = variant === 'anomalib';
  const large = isAnomalib ? resizeNearest(patchMap, size, size) : interpolate(patchMap, size, size);
  return (await smooth(large, smoothing, isAnomalib ? 'centre' : 'edge')).data;
}
