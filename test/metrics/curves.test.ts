// Curves of pixels: their points, their areas, and what thinning leaves out.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { thinnedIndices } from '../../src/metrics/area.js';
import { areaUnderCurve, prCurve, rocCurve } from '../../src/metrics/index.js';
import { drawnImages } from './arbitrary.js';
import { distinct } from './brute.js';
import { pixelImage, pixelMaps } from './lcg.js';
import { accumulate, expectClose } from './pixels.js';

describe('curves', () => {
  const images = pixelMaps({
    seed: 6,
    images: 6,
    height: 20,
    width: 20,
    maxRects: 3,
    maxSide: 8,
    bits: 9,
    shift: 0.25,
  });
  const pixels = accumulate(images.map(pixelImage));

  test('have a point per distinct score, and the areas of the metrics', () => {
    const scores = distinct(images.flatMap(({ map }) => [...map]));
    const roc = pixels.rocCurve()!;
    const pr = pixels.prCurve()!;
    const pro = pixels.proCurve()!;
    for (const { thresholds } of [roc, pro]) expect([...thresholds]).toEqual([Infinity, ...scores]);
    expect([...pr.thresholds]).toEqual(scores);
    const { auroc, prAucTrapezoid, aupro } = pixels.result();
    expectClose(areaUnderCurve(roc.fpr, roc.tpr, 1), auroc);
    expectClose(areaUnderCurve([0, ...pr.recall], [1, ...pr.precision], 1), prAucTrapezoid);
    expectClose(areaUnderCurve(pro.fpr, pro.overlap, 0.3) / 0.3, aupro);
    expect([pro.fpr[0], pro.overlap[0], pro.fpr.at(-1), pro.overlap.at(-1)]).toEqual([0, 0, 1, 1]);
  });

  test('are those of the pooled pixels', () => {
    fc.assert(
      fc.property(drawnImages, (list) => {
        const pooled = [list.flatMap(({ map }) => [...map]), list.flatMap(({ mask }) => [...mask])] as const;
        const own = accumulate(list.map(pixelImage));
        expect(own.rocCurve()).toEqual(rocCurve(...pooled));
        expect(own.prCurve()).toEqual(prCurve(...pooled));
      }),
    );
  });

  test('hold the counts of every threshold', () => {
    const roc = pixels.rocCurve()!;
    for (const i of [1, 2, 50, roc.fpr.length - 1]) {
      const {
        truePositives: tp,
        falsePositives: fp,
        trueNegatives: tn,
        falseNegatives: fn,
      } = pixels.confusion(roc.thresholds[i]!);
      expectClose(roc.tpr[i], tp / (tp + fn));
      expectClose(roc.fpr[i], fp / (fp + tn));
      expectClose(pixels.overlap(roc.thresholds[i]!, '>=').pro, pixels.proCurve()!.overlap[i]!);
    }
  });

  test('are thinned on request only, to points of the curve', () => {
    const full = pixels.rocCurve()!;
    for (const maxPoints of [2, 3, 20, 100]) {
      const thin = pixels.rocCurve({ maxPoints })!;
      expect(thin.fpr.length).toBeLessThanOrEqual(maxPoints);
      expect(thin.fpr.length).toBeGreaterThan(maxPoints / 2);
      expect([thin.fpr[0], thin.tpr[0], thin.fpr.at(-1), thin.tpr.at(-1)]).toEqual([0, 0, 1, 1]);
      for (const [i, threshold] of thin.thresholds.entries()) {
        const at = full.thresholds.indexOf(threshold);
        expect([full.fpr[at], full.tpr[at]]).toEqual([thin.fpr[i], thin.tpr[i]]);
      }
    }
    expect(pixels.rocCurve({ maxPoints: 1e6 })).toEqual(full);
  });

  test('what is left out is near to what is kept', () => {
    const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 20 }), (list, maxPoints) => {
        const along = (axis: 0 | 1) => {
          let sum = 0;
          return Float64Array.from(list, (step) => (sum += step[axis]));
        };
        const [x, y] = [along(0), along(1)];
        const kept = thinnedIndices(x, y, maxPoints);
        expect(kept.length).toBeLessThanOrEqual(maxPoints);
        expect([kept[0], kept.at(-1)]).toEqual([0, list.length - 1]);
        const place = (i: number) => x[i]! + y[i]!;
        const length = place(list.length - 1) - place(0);
        for (let i = 0; i < list.length; i++) {
          const nearest = Math.min(...[...kept].map((k) => Math.abs(place(k) - place(i))));
          expect(nearest).toBeLessThanOrEqual(length / (maxPoints - 1) + 1e-9);
        }
      }),
    );
  });

  test('are null where undefined', () => {
    const normal = accumulate([{ map: { data: [1, 2], shape: [1, 2] } }]);
    expect([normal.rocCurve(), normal.prCurve(), normal.proCurve(), normal.sproCurve()]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const bad = accumulate([{ map: { data: [1, 2], shape: [1, 2] }, mask: { data: [1, 1], shape: [1, 2] } }]);
    expect([bad.rocCurve(), bad.proCurve(), bad.prCurve()?.precision]).toEqual([null, null, Float64Array.of(1, 1)]);
  });
});
