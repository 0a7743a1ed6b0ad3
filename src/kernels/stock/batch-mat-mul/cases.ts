// Inputs of BatchMatMul and _FusedMatMul: every transpose, broadcasting, the edges of the tiles and blocks, extreme numbers.
import type { CaseTensor } from '../../case.js';
import type { StockCase, StockSuite } from '../case.js';
import { type Fill, tensor } from '../sums.js';
import { type Finish, matMulReference } from './reference.js';

type Except = Readonly<Record<string, string>>;

const FLUSHES: Except = { webgpu: 'WGSL may flush subnormal numbers' };
const FINITE_ONLY: Except = { webgpu: 'WGSL implementations may assume that there is no NaN and no infinity' };
const FLAT_BATCHES = "tfjs's own kernel repeats the smaller side's batches by their flat index";

function swapped(shape: readonly number[]): number[] {
  return [...shape.slice(0, -2), shape.at(-1) ?? 1, shape.at(-2) ?? 1];
}

interface Product {
  readonly what?: string;
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly fill?: Fill;
  readonly fillB?: Fill;
  readonly except?: Except;
}

const TRANSPOSES = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));

function product({ what = 'normal', a, b, fill, fillB = fill, except }: Product): StockCase[] {
  return TRANSPOSES.map(([transposeA, transposeB]) => {
    const left = tensor(1, transposeA ? swapped(a) : a, fill);
    const right = tensor(2, transposeB ? swapped(b) : b, fillB);
    return {
      name: `${what} [${left.shape}]${transposeA ? 'T' : ''} x [${right.shape}]${transposeB ? 'T' : ''}`,
      inputs: { a: left, b: right },
      attrs: { transposeA, transposeB },
      expected: () => [matMulReference(left, right, transposeA, transposeB)],
      ...(except && { except }),
    };
  });
}

/** Sizes around the tile (4 x 8) and the blocks (128 rows, 512 columns, 256 deep), and the paths for a single row or column. */
const SIZES = [
  [1, 1, 1],
  [1, 17, 5],
  [1, 70, 33],
  [19, 1, 37],
  [2, 3, 4],
  [3, 9, 2],
  [4, 8, 16],
  [5, 7, 3],
  [33, 31, 64],
  [131, 13, 17],
  [9, 523, 5],
  [6, 10, 259],
  [130, 515, 258],
] as const;

function batchMatMulCases(): StockCase[] {
  const sized = SIZES.map(([m, n, k]) => ({ a: [m, k], b: [k, n] }));
  const holes: Fill = (random, at) => {
    if (at % 37 === 5) return Number.NaN;
    if (at % 23 === 3) return Number.POSITIVE_INFINITY;
    return at % 29 === 7 ? 0 : random.normal();
  };
  const across: Except = { cpu: FLAT_BATCHES, webgpu: FLAT_BATCHES };
  const products: Product[] = [
    ...sized,
    { a: [3, 5, 6], b: [3, 6, 9] },
    { what: 'one b for all', a: [3, 5, 6], b: [6, 9] },
    { what: 'one a for all', a: [5, 6], b: [4, 6, 9] },
    { what: 'single batch', a: [1, 5, 6], b: [4, 6, 9] },
    { what: 'leading axes', a: [2, 3, 5, 6], b: [3, 6, 9] },
    { what: 'single rows in batches', a: [4, 1, 6], b: [4, 6, 9] },
    { what: 'broadcast across', a: [2, 1, 3, 6], b: [1, 3, 6, 5], except: across },
    { what: 'broadcast inside', a: [2, 3, 3, 6], b: [2, 1, 6, 5], except: across },
    { what: 'no rows', a: [0, 3], b: [3, 4] },
    { what: 'no columns', a: [2, 3], b: [3, 0] },
    { what: 'no batches', a: [0, 2, 3], b: [0, 3, 4] },
    { what: 'nothing to sum', a: [3, 0], b: [0, 4], except: { webgpu: "tfjs's own kernel writes no result there" } },
    { what: 'NaN and infinity', a: [9, 7], b: [7, 11], fill: holes, except: FINITE_ONLY },
    { what: 'NaN and infinity', a: [1, 21], b: [21, 11], fill: holes, except: FINITE_ONLY },
    { what: 'subnormal times huge', a: [5, 9], b: [9, 10], fill: tiny(1e-41), fillB: tiny(1e30), except: FLUSHES },
    { what: 'underflowing', a: [5, 9], b: [9, 10], fill: tiny(1e-21), except: FLUSHES },
    { what: 'huge', a: [5, 33], b: [33, 10], fill: tiny(1e17) },
    { what: 'cancelling', a: [3, 300], b: [300, 9], fill: (random, at) => (at % 2 ? 1e4 : -1e4) + random.normal() },
  ];
  return products.flatMap(product);
}

function tiny(scale: number): Fill {
  return (random) => random.normal() * scale;
}

function fused(what: string, finish: Finish, fill?: Fill, except?: Except): StockCase {
  const [a, b] = [tensor(1, [2, 9, 5], fill), tensor(2, [2, 11, 5], fill)];
  const { bias, slopes, activation = 'linear', slope = 0.2 } = finish;
  return {
    name: what,
    inputs: { a, b, ...(bias && { bias }), ...(slopes && { preluActivationWeights: slopes }) },
    attrs: { transposeA: false, transposeB: true, activation, leakyreluAlpha: slope },
    expected: () => [matMulReference(a, b, false, true, { activation, slope, ...finish })],
    ...(except && { except }),
  };
}

const SHAPES = [[], [1], [11], [1, 11], [9, 1], [9, 11], [1, 9, 11], [2, 1, 1], [2, 1, 11], [2, 9, 11]];
const ACTIVATIONS = ['linear', 'relu', 'relu6', 'leakyrelu', 'prelu', 'elu', 'sigmoid'];

function fusedCases(): StockCase[] {
  const slopes = tensor(4, [11]);
  const finish = (activation: string, bias?: CaseTensor): Finish => ({
    activation,
    ...(bias && { bias }),
    ...(activation === 'prelu' && { slopes }),
  });
  const holes: Fill = (random, at) =>
    [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY][at % 31] ?? random.normal();
  return [
    ...SHAPES.map((shape) => fused(`bias [${shape}]`, { bias: tensor(3, shape) })),
    ...SHAPES.map((shape) => fused(`prelu [${shape}]`, { activation: 'prelu', slopes: tensor(4, shape) })),
    ...ACTIVATIONS.map((name) => fused(name, finish(name))),
    ...ACTIVATIONS.map((name) => fused(`${name} with bias`, finish(name, tensor(3, [11])))),
    ...ACTIVATIONS.map((name) => fused(`${name} of large numbers`, finish(name), tiny(20))),
    ...ACTIVATIONS.map((name) => fused(`${name} of NaN and infinity`, finish(name), holes, FINITE_ONLY)),
  ];
}

export const BATCH_MAT_MUL_SUITE: StockSuite = { name: 'BatchMatMul', cases: batchMatMulCases };
export const FUSED_MAT_MUL_SUITE: StockSuite = { name: '_FusedMatMul', cases: fusedCases };
