// Connected components against scipy.ndimage.label, and on shapes that join late.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { componentBoxes, connectedComponents } from '../../src/metrics/index.js';
import { bruteRegions } from './brute.js';
import { Lcg } from './lcg.js';

interface Labelled {
  count: number;
  labels: number[];
  areas: number[];
  boxes: number[][];
}
interface ScipyCase {
  params: { seed: number; width: number; height: number; percent: number };
  4: Labelled;
  8: Labelled;
}
const scipy = JSON.parse(readFileSync(new URL('../fixtures/components_scipy.json', import.meta.url), 'utf8')) as {
  cases: ScipyCase[];
};

describe.each(scipy.cases)('scipy, $params', (reference) => {
  const { seed, width, height, percent } = reference.params;
  const random = new Lcg(seed);
  const mask = Uint8Array.from({ length: width * height }, () => (random.int(100) < percent ? 1 : 0));

  test.each([4, 8] as const)('connectivity %i', (connectivity) => {
    const found = connectedComponents(mask, width, height, connectivity);
    const expected = reference[connectivity];
    expect(found.count).toBe(expected.count);
    expect([...found.labels]).toEqual(expected.labels);
    expect([...found.areas]).toEqual(expected.areas);
    expect([...componentBoxes(found)]).toEqual(expected.boxes.flat());
  });
});

function drawn(rows: string[]): [Uint8Array, number, number] {
  return [Uint8Array.from([...rows.join('')].map((c) => (c === '#' ? 1 : 0))), rows[0]!.length, rows.length];
}

test.each([
  ['a U', ['#..#', '#..#', '####'], 1, 1],
  ['a spiral', ['#####', '....#', '###.#', '#...#', '#####'], 1, 1],
  ['a comb joined at its foot', ['#.#.#.#', '#.#.#.#', '#######'], 1, 1],
  ['a diagonal', ['#..', '.#.', '..#'], 1, 3],
  ['the other diagonal', ['..#', '.#.', '#..'], 1, 3],
  ['a checkerboard', ['#.#', '.#.', '#.#'], 1, 5],
  ['opposite borders, which do not touch', ['#..#', '...#', '#...'], 3, 3],
  ['nothing', ['...', '...'], 0, 0],
])('%s', (_name, rows, eight, four) => {
  expect(connectedComponents(...drawn(rows)).count).toBe(eight);
  expect(connectedComponents(...drawn(rows), 4).count).toBe(four);
});

test('regions are those found by flooding', () => {
  const masks = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      mask: fc.uint8Array({ min: 0, max: 1, minLength: width * height, maxLength: width * height }),
    }),
  );
  fc.assert(
    fc.property(masks, ({ mask, width, height }) => {
      const { labels, areas, count } = connectedComponents(mask, width, height);
      const regions = bruteRegions({ map: new Float32Array(mask.length), mask, width, height });
      expect([...areas]).toEqual(regions.map((region) => region.length));
      const expected = new Int32Array(mask.length);
      regions.forEach((region, i) => {
        for (const at of region) expected[at] = i + 1;
      });
      expect([count, ...labels]).toEqual([regions.length, ...expected]);
    }),
  );
});

test('an empty image has no component', () => {
  expect(connectedComponents(new Uint8Array(0), 0, 0)).toMatchObject({ count: 0, areas: new Uint32Array(0) });
});

test('bad input is refused', () => {
  expect(() => connectedComponents(new Uint8Array(6), 2, 2)).toThrow(/\[SHAPE\].*6 values.*2 x 2/);
  expect(() => connectedComponents(new Uint8Array(6), 1.5, 4)).toThrow('[SHAPE]');
  expect(() => connectedComponents(new Uint8Array(6), -2, -3)).toThrow('[SHAPE]');
  expect(() => connectedComponents(Uint8Array.of(0, 255), 2, 1)).toThrow(/\[BAD_LABEL\].*255 at pixel 1/);
  expect(() => connectedComponents(new Uint8Array(4), 2, 2, 6 as 8)).toThrow('[BAD_ARGUMENT]');
});
