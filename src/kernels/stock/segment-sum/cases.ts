// Inputs of UnsortedSegmentSum, with their sums.
import type { StockCase, StockSuite } from '../case.js';
import { type Fill, ProductSums, tensor } from '../sums.js';

const FLUSHES = 'WGSL may flush subnormal numbers';

interface Segments {
  readonly what: string;
  readonly shape: readonly number[];
  readonly ids: (i: number) => number;
  readonly segments: number;
  readonly fill?: Fill;
  readonly except?: Readonly<Record<string, string>>;
}

const NAN = {
  cpu: "tfjs's own multiplies the rows of other segments by 0",
  webgpu: 'WGSL implementations may assume that there is no NaN and no infinity',
};
const BEYOND = { webgpu: "tfjs's own kernel writes beyond its output" };
const holes: Fill = (random, at) => (at % 7 === 3 ? [Number.NaN, Number.POSITIVE_INFINITY][at % 2]! : random.normal());

const SEGMENTS: readonly Segments[] = [
  { what: 'one row', shape: [1, 1], ids: () => 0, segments: 1 },
  { what: 'rows', shape: [9, 5], ids: (i) => (i * 5) % 4, segments: 4 },
  { what: 'a segment without rows', shape: [6, 4], ids: (i) => 2 * (i % 2), segments: 4 },
  { what: 'numbers', shape: [17], ids: (i) => i % 3, segments: 3 },
  { what: 'higher rank', shape: [5, 2, 3, 7], ids: (i) => 4 - i, segments: 5 },
  { what: 'all in one', shape: [300, 9], ids: () => 1, segments: 2 },
  { what: 'ids outside', shape: [6, 3], ids: (i) => i - 2, segments: 3, except: BEYOND },
  { what: 'NaN and infinity', shape: [6, 5], ids: (i) => i % 3, segments: 3, fill: holes, except: NAN },
  { what: 'huge', shape: [9, 5], ids: (i) => i % 3, segments: 3, fill: (random) => 1e37 * random.normal() },
  {
    ...{ what: 'subnormal', shape: [9, 5], ids: (i: number) => i % 3, segments: 3 },
    ...{ fill: (random) => 1e-40 * random.normal(), except: { webgpu: FLUSHES } },
  },
];

function segmentCase({ what, shape, ids, segments, fill, except }: Segments): StockCase {
  const x = tensor(1, shape, fill);
  const [count = 0, ...row] = shape;
  const segmentIds = Int32Array.from({ length: count }, (_, i) => ids(i));
  const sharing = Math.max(...Array.from({ length: segments }, (_, s) => segmentIds.filter((id) => id === s).length));
  return {
    name: `${what} [${shape}] to ${segments}`,
    inputs: { x, segmentIds: { values: segmentIds, shape: [count] } },
    attrs: { numSegments: segments },
    expected: () => {
      const sums = new ProductSums([segments, ...row]);
      const width = x.values.length / count;
      for (const [i, value] of x.values.entries()) {
        const segment = segmentIds[Math.floor(i / width)]!;
        if (segment >= 0 && segment < segments) sums.add(segment * width + (i % width), value, 1);
      }
      return [sums.expected()];
    },
    // A sum of two is the same either way round.
    except: {
      ...(sharing > 2 && { webgpu: "tfjs's own kernel adds in any order, with other bits every time" }),
      ...except,
    },
  };
}

export const SEGMENT_SUM_SUITE: StockSuite = {
  name: 'UnsortedSegmentSum',
  cases: () => SEGMENTS.map(segmentCase),
};
