// The geometry of the plots: labels that cover nothing, values where they belong, lettering that is left alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactSvg } from '../../src/report/benchmark/compact-svg.js';
import { costSpec } from '../../src/report/benchmark/cost-spec.js';
import { curvesSpec } from '../../src/report/benchmark/curves-spec.js';
import { defectsSpec } from '../../src/report/benchmark/defects-spec.js';
import { matrixSpec } from '../../src/report/benchmark/matrix-spec.js';
import { looksOf } from '../../src/report/benchmark/palette.js';
import { placeLabels, spread } from '../../src/report/benchmark/place-labels.js';
import { differenceLines } from '../../src/report/benchmark/text.js';
import { renderChart } from '../../src/report/charts.js';

const LOOKS = looksOf(['one', 'two']);
const FRAME = { width: 420, height: 300 };

function texts(svg: string): string[] {
  return Array.from(svg.matchAll(/>([^<>]+)<\/text>/g), ([, text]) => text!);
}

describe('labels', () => {
  test('of points in a heap cover neither points nor one another', () => {
    const spots = Array.from({ length: 8 }, (_, i) => ({
      x: 200 + 12 * (i % 4),
      y: 150 + 12 * Math.floor(i / 4),
      text: 'PatchCore',
    }));
    const places = placeLabels(spots, FRAME);
    const boxes = places.map(({ x, y }) => ({ left: x, right: x + 9 * 6.2, top: y - 6, bottom: y + 6 }));
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        expect(a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom).toBe(true);
      }
      for (const { x, y } of spots) {
        expect(x + 4 <= a.left || x - 4 >= a.right || y + 4 <= a.top || y - 4 >= a.bottom).toBe(true);
      }
    }
  });

  test('of one point is right of it, at the right edge left of it', () => {
    expect(placeLabels([{ x: 50, y: 50, text: 'a' }], FRAME)[0]!.x).toBeGreaterThan(50);
    const [left] = placeLabels([{ x: 418, y: 50, text: 'PatchCore' }], FRAME);
    expect(left!.x + 9 * 6.2).toBeLessThan(418);
  });

  test('along one axis keep their order and distance, and stay inside where they fit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 280, noNaN: true }), { maxLength: 20 }), (values) => {
        const placed = spread(values, 14, 0, 280);
        const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
        for (const [rank, i] of order.entries()) {
          expect(placed[i]).toBeGreaterThanOrEqual(-1e-9);
          expect(placed[i]).toBeLessThanOrEqual(280 + 1e-9);
          if (rank > 0) expect(placed[i]! - placed[order[rank - 1]!]!).toBeGreaterThanOrEqual(14 - 1e-9);
        }
      }),
    );
    expect(spread([10, 100], 14, 0, 280)).toEqual([10, 100]);
  });
});

describe('plots', () => {
  test('cost is on a logarithm: equal factors are equal steps, and more AUROC is higher', async () => {
    const points = [
      { method: 'one', auroc: 0.9, cost: 16 },
      { method: 'two', auroc: 0.95, cost: 64 },
    ];
    const svg = await renderChart(costSpec('latency', points, LOOKS)!);
    const at = Array.from(
      svg.matchAll(/<g class="mark-symbol role-mark[^>]*><path[^>]*translate\(([\d.]+),([\d.]+)\)/g),
      (m) => [Number(m[1]), Number(m[2])],
    );
    expect(at).toHaveLength(2);
    // From 10 to 102.4: 16 is 0.2021 of the way, 64 is 0.7979.
    expect(at[0]![0]! / 420).toBeCloseTo(Math.log(1.6) / Math.log(10.24), 3);
    expect(at[1]![0]! / 420).toBeCloseTo(Math.log(6.4) / Math.log(10.24), 3);
    expect(at[1]![1]!).toBeLessThan(at[0]![1]!);
    expect(texts(svg)).toEqual(expect.arrayContaining(['one', 'two', '32 ms']));
    expect(costSpec('memory', [], LOOKS)).toBeNull();
    expect(costSpec('memory', [{ method: 'one', auroc: 1, cost: 0 }], LOOKS)).toBeNull();
    const memory = await renderChart(costSpec('memory', [{ method: 'one', auroc: 1, cost: 2 ** 30 }], LOOKS)!);
    expect(texts(memory)).toContain('1 GiB');
  });

  test('curves end at the names of their methods', async () => {
    const point = (x: number, mean: number | null) => ({ x, mean, sd: 0.01, repeats: 3 });
    const common = { dataset: 'parts', kind: 'shots', panel: 'rotation' } as const;
    const curves = [
      { ...common, method: 'one', points: [point(1, 0.8), point(4, 0.9), point(8, null)] },
      { ...common, method: 'two', points: [point(1, 0.7), point(8, 0.95)] },
    ];
    const svg = await renderChart(curvesSpec(curves, LOOKS)!);
    expect(texts(svg)).toEqual(expect.arrayContaining(['one', 'two', '1', '4', '8', 'training images (shots)']));
    expect(svg.match(/<g class="mark-line role-mark/g)).toHaveLength(2);
    expect(curvesSpec([], LOOKS)).toBeNull();
  });

  test('a matrix has its values below the diagonal and on it, undefined ones as dashes', async () => {
    const matrix = { dataset: 'd', setting: 's', method: 'm', metric: 'image_auroc', repeats: 1, learned: [] };
    const svg = await renderChart(matrixSpec({ ...matrix, tasks: ['a', 'b'], values: [[0.9], [null, 0.71]] })!);
    expect(texts(svg)).toEqual(expect.arrayContaining(['0.900', '–', '0.710', 'tested on', 'after learning']));
    expect(matrixSpec({ ...matrix, tasks: ['a'], values: [[0.9]] })).toBeNull();
  });

  test('defects: bars as long as their values, the hardest first', async () => {
    const figure = (mean: number | null) => ({ mean, sd: null, repeats: 1 });
    const common = { dataset: 'd', setting: 's', category: 'c', images: 3, aupro: figure(null) };
    const defects = [
      { ...common, method: 'one', defect: 'easy', imageAuroc: figure(1) },
      { ...common, method: 'one', defect: 'hard', imageAuroc: figure(0.5) },
      { ...common, method: 'one', defect: 'none', imageAuroc: figure(null) },
    ];
    const svg = await renderChart(defectsSpec(defects, LOOKS)!);
    const names = texts(svg).filter((text) => /easy|hard|none/.test(text));
    expect(names).toEqual(['hard (3)', 'easy (3)']);
    expect(texts(svg)).toEqual(expect.arrayContaining(['0.500', '1.000']));
    expect(defectsSpec(defects.slice(2), LOOKS)).toBeNull();
  });

  test('methods look different, also beyond the number of colours', () => {
    const looks = looksOf(Array.from({ length: 30 }, (_, i) => `${i}`));
    expect(new Set([...looks.values()].map(({ color, shape }) => `${color} ${shape}`)).size).toBe(30);
  });
});

test('compactSvg leaves lettering alone', () => {
  const svg =
    '<svg width="1"><g role="x" aria-label="1.23456" class="y"><text font-family="Inter" x="1.23456" opacity="1">0.98765 class="z"</text></g></svg>';
  expect(compactSvg(svg, 'a "b"')).toBe(
    '<svg role="img" aria-label="a &quot;b&quot;" font-family="Inter" width="1"><g><text x="1.23">0.98765 class="z"</text></g></svg>',
  );
});

test('differences are said once of all methods, and of single metrics where those differ', () => {
  const metrics = [{ id: 'image_auroc', title: 'image AUROC', note: '' }];
  const run = (method: string, of: string[], differences: string[]) => ({ method, metrics: of, differences });
  const place = { source: 'im-iad', table: 'VI', setting: 'continual', ours: 'continual' };
  const runs = [
    run('A', ['image_auroc'], ['x', 'y']),
    run('B', ['image_auroc'], ['x', 'y']),
    run('C', ['image_auroc'], []),
    run('A', ['fm_image_auroc'], ['x']),
  ];
  expect(differenceLines({ metrics }, { ...place, runs })).toEqual([
    'A (image AUROC): x; y',
    'B: x; y',
    'C: no difference known',
    'A (forgetting of image AUROC): x',
  ]);
  expect(differenceLines({ metrics }, { ...place, runs: runs.slice(0, 3) })[0]).toBe('A, B: x; y');
});
