import { describe, expect, test } from 'vitest';
import { renderCharts } from '../../src/report/charts.js';
import { result, sampleEvaluation } from './sample.js';
import { tagsOf } from './tags.js';

const charts = await renderCharts(sampleEvaluation());

/** Numbers of a path's `d`. */
function numbers(path: string): number[] {
  return (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
}

/** `d` of the drawn items of all marks whose class list has `kind`. */
function paths(svg: string, kind: string): string[] {
  const groups = svg.match(new RegExp(`<g class="mark-${kind} role-mark[^>]*>.*?</g>`, 'gs')) ?? [];
  return groups.flatMap((group) => Array.from(group.matchAll(/ d="([^"]+)"/g), ([, d]) => d!));
}

describe('renderCharts', () => {
  test('gives six well-formed SVGs that depend on nothing outside', () => {
    for (const svg of Object.values(charts)) {
      expect(svg).toMatch(/^<svg [^>]*viewBox=/);
      expect(() => tagsOf(svg!)).not.toThrow();
      expect(svg).not.toMatch(/href|url\(|<script|<style|\son[a-z]+=/i);
    }
  });

  test('histogram: a bar per class and bin, the counts in the description, and the threshold line', () => {
    const svg = charts.histogram!;
    const bars = paths(svg, 'rect');
    // 3 good and 4 anomalous images at different scores.
    expect(bars).toHaveLength(7);
    expect(svg).toContain('>threshold</text>');
    expect(svg).toMatch(/<g class="mark-rule role-mark[^>]*>.*?<line [^>]*stroke-dasharray/s);
  });

  test('no bar straddles the threshold', () => {
    const svg = charts.histogram!;
    const line = svg.match(/<g class="mark-rule role-mark[^>]*><line[^>]*transform="translate\(([\d.]+),/);
    const threshold = Number(line?.[1]);
    expect(threshold).toBeGreaterThan(0);
    const sides = paths(svg, 'rect').map((d) => {
      // M left,top h width v height h -width Z
      const [left = 0, , width = 0] = numbers(d);
      expect(left >= threshold - 1 || left + width <= threshold + 1).toBe(true);
      return left >= threshold - 1 ? 'flagged' : 'passed';
    });
    expect(sides.filter((side) => side === 'flagged')).toHaveLength(4);
  });

  test('ROC runs from corner to corner, beside the diagonal of chance, with the operating point', () => {
    const lines = paths(charts.roc!, 'line').map(numbers);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line.slice(0, 2)).toEqual([0, 260]);
      expect(line.slice(-2)).toEqual([380, 0]);
    }
    expect(charts.roc).toContain('>at the threshold</text>');
    // False-positive rate 2/3, true-positive rate 2/4.
    const at = charts.roc!.match(
      /<g class="mark-symbol role-mark[^>]*><path[^>]*transform="translate\(([\d.]+),([\d.]+)\)"/,
    );
    expect(Number(at?.[1])).toBeCloseTo((380 * 2) / 3, 1);
    expect(Number(at?.[2])).toBeCloseTo(260 / 2, 1);
  });

  test('precision-recall starts at recall 0 with the precision of the first step', () => {
    const [line] = paths(charts['precision-recall']!, 'line').map(numbers);
    expect(line?.slice(0, 2)).toEqual([0, 0]);
    expect(line?.at(-2)).toBe(380);
    const at = charts['precision-recall']!.match(
      /<g class="mark-symbol role-mark[^>]*><path[^>]*transform="translate\(([\d.]+),([\d.]+)\)"/,
    );
    expect([Number(at?.[1]), Number(at?.[2])]).toEqual([190, 130]);
  });

  test('operating curve falls in steps from all missed to none, over false alarms on a logarithm with a zero', () => {
    const svg = charts['operating-curve']!;
    const [line] = paths(svg, 'line').map(numbers);
    expect(line?.slice(0, 2)).toEqual([0, 0]);
    expect(line?.slice(-2)).toEqual([380, 260]);
    // The first false alarm of three costs log(334.3) of log(1001); before it, two of four defects are caught.
    expect(svg).toContain('>1,000</text>');
    const steps = line!.flatMap((at, i) => (i % 2 === 0 ? [[at, line![i + 1]]] : []));
    expect(steps).toContainEqual([0, 130]);
    expect(steps).toContainEqual([expect.closeTo((380 * Math.log(1 + 1000 / 3)) / Math.log(1001), 1), 130]);
    const at = svg.match(/<g class="mark-symbol role-mark[^>]*><path[^>]*transform="translate\(([\d.]+),([\d.]+)\)"/);
    expect(Number(at?.[1])).toBeCloseTo((380 * Math.log(1 + 2000 / 3)) / Math.log(1001), 1);
    expect(Number(at?.[2])).toBe(130);
  });

  test('PRO ends where AUPRO does, on the line between two points, with the pixel threshold', () => {
    const [chance, line] = paths(charts.pro!, 'line').map(numbers);
    expect(chance?.slice(-2)).toEqual([380, 182]);
    expect(line?.slice(0, 2)).toEqual([0, 260]);
    expect(line?.slice(-2)).toEqual([380, expect.closeTo(260 * (1 - 0.75), 1)]);
    const at = charts.pro!.match(
      /<g class="mark-symbol role-mark[^>]*><path[^>]*transform="translate\(([\d.]+),([\d.]+)\)"/,
    );
    expect([Number(at?.[1]), Number(at?.[2])]).toEqual([190, 104]);
  });

  test('a pixel threshold beyond the chart is not on it', async () => {
    const proCurve = { fpr: [0, 1], pro: [0, 1], atThreshold: { threshold: 1, fpr: 0.5, pro: 0.5 } };
    expect((await renderCharts(sampleEvaluation({ proCurve }))).pro).not.toContain('threshold');
  });

  test('per-defect bars are as long as their values', () => {
    const widths = paths(charts['per-defect']!, 'rect').map((d) => numbers(d)[2]! / 380);
    expect(widths.map((w) => Math.round(1000 * w) / 1000).sort()).toEqual([0.5, 0.6, 0.9]);
  });

  test('without a threshold there is no line and no operating point', async () => {
    const bare = await renderCharts(sampleEvaluation({ operatingPoint: null }));
    expect(bare.histogram).not.toContain('threshold');
    expect(bare.roc).not.toContain('threshold');
    expect(bare['operating-curve']).not.toContain('threshold');
    expect(paths(bare['per-defect']!, 'rect')).toHaveLength(2);
  });

  test('what one class cannot define is null', async () => {
    const images = [result('a', 0, 1), result('b', 0, 1)];
    const good = await renderCharts(sampleEvaluation({ images, perDefect: {}, operatingPoint: null, proCurve: null }));
    const missing = [good.roc, good['precision-recall'], good['operating-curve'], good.pro, good['per-defect']];
    expect(missing).toEqual([null, null, null, null, null]);
    // Both images have the same score, so one bar of two.
    expect(paths(good.histogram!, 'rect')).toHaveLength(1);
    const none = await renderCharts(sampleEvaluation({ images: [], perDefect: {} }));
    expect(none.histogram).toBeNull();
  });

  test('a defect name is text, whatever it says', async () => {
    const name = '</text><script>alert("1")</script>';
    const metrics = { auroc: 0.5, ap: 0.5, f1Max: 0.5, f1MaxThreshold: 1 };
    const hostile = await renderCharts(
      sampleEvaluation({ perDefect: { [name]: { count: 1, image: metrics, pixel: null } } }),
    );
    expect(hostile['per-defect']).not.toContain('<script');
    expect(hostile['per-defect']).toContain('&lt;script&gt;');
    expect(() => tagsOf(hostile['per-defect']!)).not.toThrow();
  });
});
