// The meaning of mahalanobisBatched.
import { makeTensor, readFloats } from '../cpu.js';
import { featureSizes } from '../features.js';
import { packedSize } from '../packed.js';
import { input, type KernelCall, matrix, number } from '../registry.js';

export interface Gaussians {
  /** [p, D] */
  readonly mean: Float32Array;
  /** [p, D (D + 1) / 2]: packed L */
  readonly factors: Float32Array;
  readonly depth: number;
}

/**
 * |y|^2 where L y = x - mean, for the positions from .. from + p of every image.
 * @param features [B, P, D]
 * @returns [B, p]
 */
export function mahalanobisBatchedReference(
  features: Float32Array,
  positions: number,
  { mean, factors, depth }: Gaussians,
  from: number,
): Float32Array {
  const count = mean.length / depth;
  const batch = features.length / (positions * depth);
  const squared = new Float32Array(batch * count);
  const y = new Float64Array(depth);
  for (let b = 0; b < batch; b++) {
    for (let p = 0; p < count; p++) {
      const x = (b * positions + from + p) * depth;
      let at = p * packedSize(depth);
      let total = 0;
      for (let i = 0; i < depth; i++) {
        let sum = features[x + i]! - mean[p * depth + i]!;
        for (let j = 0; j < i; j++) sum -= factors[at++]! * y[j]!;
        y[i] = sum / factors[at++]!;
        total += y[i]! ** 2;
      }
      squared[b * count + p] = total;
    }
  }
  return squared;
}

export function mahalanobisBatchedCpu(call: KernelCall) {
  const { batch, positions, depth } = featureSizes(call);
  const read = (name: string) => readFloats(call.backend, input(call, name));
  const gaussians = { mean: read('mean'), factors: read('factors'), depth };
  const squared = mahalanobisBatchedReference(read('features'), positions, gaussians, number(call, 'from'));
  return [makeTensor(call.backend, squared, [batch, matrix(call, 'mean').rows])];
}
