// Inputs of GatherV2: every axis, with and without batch dimensions.
import type { CaseTensor } from '../../case.js';
import type { StockCase, StockSuite } from '../case.js';
import { type Fill, tensor } from '../sums.js';

interface Gather {
  readonly what: string;
  readonly x: readonly number[];
  readonly indices: readonly number[];
  readonly axis: number;
  readonly batchDims?: number;
  readonly fill?: Fill;
  readonly except?: Readonly<Record<string, string>>;
}

const MOVES_BITS = { webgpu: 'WGSL may flush subnormal numbers and assume that there is no NaN and no infinity' };
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -0, 3.4e38];

const GATHERS: readonly Gather[] = [
  { what: 'one', x: [1], indices: [1], axis: 0 },
  { what: 'numbers', x: [7], indices: [9], axis: 0 },
  { what: 'rows', x: [5, 3], indices: [8], axis: 0 },
  { what: 'columns', x: [5, 3], indices: [4], axis: 1 },
  { what: 'a middle axis', x: [2, 4, 3], indices: [2, 3], axis: 1 },
  { what: 'the last of four', x: [2, 3, 2, 5], indices: [7], axis: 3 },
  { what: 'batches', x: [3, 4, 5], indices: [3, 2], axis: 1, batchDims: 1 },
  { what: 'batches of numbers', x: [3, 6], indices: [3, 2], axis: 1, batchDims: 1 },
  { what: 'batches, an axis further in', x: [2, 3, 4, 2], indices: [2, 5], axis: 2, batchDims: 1 },
  { what: 'two batch axes', x: [2, 3, 4, 5], indices: [2, 3, 2], axis: 2, batchDims: 2 },
  { what: 'special numbers', x: [6, 2], indices: [9], axis: 0, fill: (_, at) => SPECIAL[at % 6]!, except: MOVES_BITS },
];

function gathered(x: CaseTensor, indices: CaseTensor, axis: number, batchDims: number): CaseTensor {
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  const batch = product(x.shape.slice(0, batchDims));
  const outer = product(x.shape.slice(batchDims, axis));
  const size = x.shape[axis]!;
  const slice = product(x.shape.slice(axis + 1));
  const count = indices.values.length / batch;
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  const values = Float32Array.from({ length: product(shape) }, (_, i) => {
    const place = Math.floor(i / slice) % count;
    const line = Math.floor(i / (slice * count));
    const index = indices.values[Math.floor(line / outer) * count + place]!;
    return x.values[(line * size + index) * slice + (i % slice)]!;
  });
  return { values, shape };
}

function gatherCase({ what, x: shape, indices: of, axis, batchDims = 0, fill, except }: Gather): StockCase {
  const x = tensor(1, shape, fill);
  const size = shape[axis]!;
  const length = of.reduce((a, b) => a * b, 1);
  const indices = { values: Int32Array.from({ length }, (_, i) => (i * 3 + 1) % size), shape: of };
  return {
    name: `${what} [${shape}] by [${of}], axis ${axis}, ${batchDims} batch axes`,
    inputs: { x, indices },
    attrs: { axis, batchDims },
    expected: () => [gathered(x, indices, axis, batchDims)],
    ...(except && { except }),
  };
}

export const GATHER_SUITE: StockSuite = { name: 'GatherV2', cases: () => GATHERS.map(gatherCase) };
