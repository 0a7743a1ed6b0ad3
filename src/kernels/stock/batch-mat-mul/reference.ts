// tfjs's BatchMatMul and _FusedMatMul in plain TypeScript with float64 sums, and how far float32 may be from them.
import type { CaseTensor, ExpectedTensor } from '../../case.js';
import { broadcastIndices, matMulShape } from './shape.js';

const UNIT = 2 ** -24;
/** Half of the smallest float32 step. */
const SMALLEST = 2 ** -150;

export interface Finish {
  readonly bias?: CaseTensor;
  readonly activation?: string;
  readonly slopes?: CaseTensor;
  readonly slope?: number;
}

/** The product, with bias and activation; the error of any order of summation in float32. */
export function matMulReference(
  a: CaseTensor,
  b: CaseTensor,
  transposeA: boolean,
  transposeB: boolean,
  { bias, activation = 'linear', slopes, slope = 0 }: Finish = {},
): ExpectedTensor {
  const { outer, rows, columns, depth, left, right } = matMulShape('matMul', a.shape, b.shape, transposeA, transposeB);
  const shape = [...outer, rows, columns];
  const values = new Float32Array(left.length * rows * columns);
  const error = new Float64Array(values.length);
  const biasAt = bias && broadcastIndices(bias.shape, shape);
  const slopesAt = slopes && broadcastIndices(slopes.shape, shape);
  const aAt = (i: number, d: number) => (transposeA ? d * rows + i : i * depth + d);
  const bAt = (d: number, j: number) => (transposeB ? j * depth + d : d * columns + j);
  for (let at = 0; at < values.length; at++) {
    const batch = Math.floor(at / (rows * columns));
    const i = Math.floor(at / columns) % rows;
    const j = at % columns;
    let sum = 0;
    let magnitude = 0;
    for (let d = 0; d < depth; d++) {
      const x = a.values[left[batch]! * rows * depth + aAt(i, d)]!;
      const product = x * b.values[right[batch]! * depth * columns + bAt(d, j)]!;
      sum += product;
      magnitude += Math.abs(product);
    }
    const added = bias && biasAt ? bias.values[biasAt[at]!]! : 0;
    const by = slopes && slopesAt ? slopes.values[slopesAt[at]!]! : slope;
    const value = activate(activation, sum + added, by);
    values[at] = value;
    // Products and sums, the bias, the rounding of the reference itself.
    const before = (depth + 2) * UNIT * (magnitude + Math.abs(added)) + depth * SMALLEST;
    error[at] =
      before * Math.max(1, Math.abs(by)) + activationError(activation, sum + added) + 2 * UNIT * Math.abs(value);
  }
  return { values, shape, error };
}

function activate(activation: string, x: number, slope: number): number {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return Math.max(0, x);
    case 'relu6':
      return Math.min(Math.max(0, x), 6);
    case 'leakyrelu':
    case 'prelu':
      return x < 0 ? slope * x : x;
    case 'elu':
      return x >= 0 ? x : Math.exp(x) - 1;
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    default:
      throw new Error(`unknown activation ${activation}`);
  }
}

/** exp may be off by 3 + 2 |x| units in the last place (WGSL), a division by 2.5. */
function activationError(activation: string, x: number): number {
  const exp = 2 * UNIT * (3 + 2 * Math.abs(x));
  if (activation === 'elu' && x < 0) return exp * Math.exp(x) + 2 * UNIT;
  if (activation !== 'sigmoid') return 0;
  const s = 1 / (1 + Math.exp(-x));
  return s * (1 - s) * exp + 6 * UNIT * s;
}
