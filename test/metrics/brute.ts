// The definitions of the metrics, word for word and in quadratic time. What the library is compared with.
import type { DrawnImage } from './lcg.js';

export function bruteAuroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  let doubled = 0;
  let pairs = 0;
  for (let p = 0; p < scores.length; p++) {
    if (labels[p] !== 1) continue;
    for (let n = 0; n < scores.length; n++) {
      if (labels[n] !== 0) continue;
      pairs++;
      doubled += scores[p]! > scores[n]! ? 2 : scores[p] === scores[n] ? 1 : 0;
    }
  }
  return pairs === 0 ? null : doubled / (2 * pairs);
}

/** Distinct values, highest first; 0 and -0 are one. */
export function distinct(scores: ArrayLike<number>): number[] {
  return [...new Set(Array.from(scores, (score) => score + 0))].sort((a, b) => b - a);
}

export function bruteCounts(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number) {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  for (let i = 0; i < scores.length; i++) {
    const flagged = scores[i]! >= threshold;
    counts[labels[i] === 1 ? (flagged ? 'tp' : 'fn') : flagged ? 'fp' : 'tn']++;
  }
  return counts;
}

export function bruteAveragePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  let sum = 0;
  let before = 0;
  for (const threshold of distinct(scores)) {
    const { tp, fp, fn } = bruteCounts(scores, labels, threshold);
    if (tp + fn === 0) return null;
    sum += ((tp - before) / (tp + fn)) * (tp / (tp + fp));
    before = tp;
  }
  return before === 0 ? null : sum;
}

export function bruteF1Max(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): { f1: number; threshold: number } | null {
  let best: { f1: number; threshold: number } | null = null;
  for (const threshold of distinct(scores)) {
    const { tp, fp, fn } = bruteCounts(scores, labels, threshold);
    if (tp + fn === 0) return null;
    // The same fraction gives the same double, so >= compares exactly at this size.
    const f1 = (2 * tp) / (2 * tp + fp + fn);
    if (best === null || f1 >= best.f1) best = { f1, threshold };
  }
  return best;
}

/** Pixel lists of the 8-connected components, by flooding. */
export function bruteRegions({ mask, width, height }: DrawnImage): number[][] {
  const seen = new Set<number>();
  const regions: number[][] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || seen.has(start)) continue;
    const region = [start];
    seen.add(start);
    for (const at of region) {
      for (let y = Math.floor(at / width) - 1; y <= Math.floor(at / width) + 1; y++) {
        for (let x = (at % width) - 1; x <= (at % width) + 1; x++) {
          const next = y * width + x;
          if (x < 0 || y < 0 || x >= width || y >= height || mask[next] === 0 || seen.has(next)) continue;
          seen.add(next);
          region.push(next);
        }
      }
    }
    regions.push(region);
  }
  return regions;
}

export function bruteAupro(images: readonly DrawnImage[], limit: number): number | null {
  const regions = images.flatMap((image) => bruteRegions(image).map((region) => region.map((at) => image.map[at]!)));
  const normal = images.flatMap(({ map, mask }) => [...map].filter((_, i) => mask[i] === 0));
  if (regions.length === 0 || normal.length === 0) return null;
  const share = (values: number[], threshold: number) => values.filter((v) => v >= threshold).length / values.length;
  const points = distinct(images.flatMap(({ map }) => [...map])).map((threshold) => ({
    x: share(normal, threshold),
    y: regions.reduce((sum, region) => sum + share(region, threshold), 0) / regions.length,
  }));
  let area = 0;
  let last = { x: 0, y: 0 };
  for (const point of [...points, { x: 1, y: 1 }]) {
    if (last.x >= limit) break;
    const x = Math.min(point.x, limit);
    const y = point.x > limit ? last.y + ((point.y - last.y) * (limit - last.x)) / (point.x - last.x) : point.y;
    area += ((x - last.x) * (last.y + y)) / 2;
    last = point;
  }
  return area / limit;
}
