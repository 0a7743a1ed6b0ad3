// Inputs of randomProjection, with results and bounds from the reference.
import { Random } from '../../runtime/random.js';
import type { ExpectedTensor, KernelCase, KernelSuite } from '../case.js';
import { entryScale, GAUSSIAN, type ProjectionNumbers, projectionEntries, SPARSE, UNIFORM } from './entries.js';
import { RANDOM_PROJECTION } from './kernel.js';
import { randomProjectionReference } from './reference.js';

const UNIT = 2 ** -24;

/**
 * A sum of D products in any order is off by D units of 2^-24 of their sizes. A uniform entry may be rounded three times instead of
 * once, one of them towards 0. A normal one comes from a logarithm (2^-21 in WGSL), a square root and a polynomial of degree 8 in float32: within 32 units of
 * 1 + |z|.
 */
function expectProjection(x: Float32Array, inputs: number, numbers: ProjectionNumbers): ExpectedTensor[] {
  const { kind, outputs } = numbers;
  const entries = projectionEntries(numbers, inputs, 0, outputs);
  const scale = entryScale(numbers, inputs);
  const rows = x.length / inputs;
  const error = new Float64Array(rows * outputs);
  for (let n = 0; n < rows; n++) {
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        const entry = Math.abs(entries[i * outputs + o]!);
        if (entry === 0) continue;
        const drawn = kind === GAUSSIAN ? 32 * (scale + entry) : 4 * entry;
        error[n * outputs + o]! += Math.abs(x[n * inputs + i]!) * UNIT * ((inputs + 2) * entry + drawn);
      }
      error[n * outputs + o]! += inputs * 2 ** -149;
    }
  }
  return [{ values: randomProjectionReference(x, inputs, numbers), shape: [rows, outputs], error }];
}

type Fill = (random: Random) => number;
type Sizes = readonly [rows: number, inputs: number, outputs: number];
const KINDS = ['uniform', 'sparse', 'gaussian'] as const;

function make(
  kind: (typeof KINDS)[number],
  name: string,
  [rows, inputs, outputs]: Sizes,
  fill: Fill = (random) => random.normal(),
  more: { density?: number; seed?: number; except?: KernelCase['except'] } = {},
): KernelCase {
  const { density = 1 / Math.sqrt(inputs), seed = 3_000_000_019, except } = more;
  const numbers = { kind: [UNIFORM, SPARSE, GAUSSIAN][KINDS.indexOf(kind)] ?? UNIFORM, outputs, seed, density };
  const random = new Random(71);
  const values = Float32Array.from({ length: rows * inputs }, () => fill(random));
  return {
    name: `${kind} ${name} ${rows}x${inputs} to ${outputs}`,
    inputs: { rows: { values, shape: [rows, inputs] } },
    numbers,
    expected: () => expectProjection(values, inputs, numbers),
    ...(except && { except }),
  };
}

const SIZES: readonly Sizes[] = [
  [1, 1, 1],
  [3, 2, 5],
  [4, 7, 8],
  [5, 64, 9],
  [17, 33, 31],
  [16, 130, 16],
  [130, 257, 12],
  [2, 300, 520],
];

const BEYOND_WGSL = 'WGSL may assume that there are no NaN and no infinities';
const COUNTED = 'zero times NaN is NaN in a matrix product';

export const RANDOM_PROJECTION_SUITE: KernelSuite = {
  kernel: RANDOM_PROJECTION,
  cases: () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, 1];
    const hole: Fill = (random) => (random.below(40) === 0 ? odd[random.below(2)]! : random.normal());
    return [
      ...KINDS.flatMap((kind) => [
        ...SIZES.map((size) => make(kind, 'normal', size)),
        make(kind, 'zero', [5, 20, 6], () => 0),
        make(kind, 'huge', [5, 20, 6], (random) => random.normal() * 1e30),
        make(kind, 'tiny', [5, 20, 6], (random) => random.normal() * 1e-30),
        make(kind, 'subnormal', [5, 20, 6], (random) => random.normal() * 1e-40, {
          except: { webgpu: 'WGSL may flush subnormal numbers' },
        }),
        make(kind, 'NaN and infinity', [21, 40, 6], hole, {
          except: { webgpu: BEYOND_WGSL, ...(kind === 'sparse' && { composite: COUNTED }) },
        }),
      ]),
      make('sparse', 'a third', [19, 50, 11], undefined, { density: 1 / 3 }),
      make('sparse', 'none zero', [19, 50, 11], undefined, { density: 1 }),
      make('sparse', 'nearly all zero', [19, 50, 11], undefined, { density: 1e-12 }),
      make('gaussian', 'seed 0', [3, 40, 6], undefined, { seed: 0 }),
      // More entries than a block of the plan holds.
      make('sparse', 'blocks', [2, 33_000, 9]),
    ];
  },
  smoke: KINDS.map((kind) => `${kind} normal 17x33 to 31`),
};
