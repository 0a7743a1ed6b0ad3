// The meaning of choleskyBatched.
import { makeTensor, readFloats } from '../cpu.js';
import { packedDepth, packedSize } from '../packed.js';
import { type KernelCall, matrix, number } from '../registry.js';

/**
 * L with L L^T = scale A + ridge I, for every packed A.
 * @param matrices [P, T]
 * @returns `factors` [P, T] and `status` [P]: 0, or 1 + the row whose pivot is not a finite positive number, where the factor is all 0
 */
export function choleskyBatchedReference(
  matrices: Float32Array,
  depth: number,
  scale: number,
  ridge: number,
): { factors: Float32Array; status: Int32Array } {
  const size = packedSize(depth);
  const factors = new Float32Array(matrices.length);
  const status = new Int32Array(matrices.length / size);
  const l = new Float64Array(size);
  for (let p = 0; p < status.length; p++) {
    status[p] = factorize(matrices.subarray(p * size, (p + 1) * size), l, depth, scale, ridge);
    if (status[p] === 0) factors.set(l, p * size);
  }
  return { factors, status };
}

function factorize(a: Float32Array, l: Float64Array, depth: number, scale: number, ridge: number): number {
  for (let i = 0; i < depth; i++) {
    const row = packedSize(i);
    for (let j = 0; j <= i; j++) {
      const other = packedSize(j);
      let sum = scale * a[row + j]! + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= l[row + k]! * l[other + k]!;
      if (i > j) l[row + j] = sum / l[other + j]!;
      else if (sum > 0 && sum < Number.POSITIVE_INFINITY) l[row + i] = Math.sqrt(sum);
      else return i + 1;
    }
  }
  return 0;
}

export function choleskyBatchedCpu(call: KernelCall) {
  const { info, rows, columns } = matrix(call, 'matrices');
  const values = readFloats(call.backend, info);
  const [scale, ridge] = [number(call, 'scale'), number(call, 'ridge')];
  const { factors, status } = choleskyBatchedReference(values, packedDepth(columns), scale, ridge);
  return [makeTensor(call.backend, factors, [rows, columns]), makeTensor(call.backend, status, [rows])];
}
