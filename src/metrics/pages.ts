// Counts of scores by interval, in pages that exist where there are scores: neighbouring floats share a count, and how many is
// the same everywhere, so that counts of two origins can be added.

/** Bits of a key within a page; 4,096 pages cover all floats, eight to a power of two. */
export const PAGE_BITS = 20;
export const PAGES = 2 ** (32 - PAGE_BITS);

/** Counts of one page's intervals; the sums over anomalous pixels only from the first such pixel on. */
export interface Page {
  readonly normal: Uint32Array;
  readonly anomalous: AnomalousBins | null;
}

interface AnomalousBins {
  readonly count: Uint32Array;
  /** Σ 1 / area of its region. */
  readonly overlap: Float64Array;
  /** Σ 1 / saturation area. */
  readonly saturating: Float64Array;
}

/** Memory of one interval. */
export const NORMAL_BYTES = 4;
export const ANOMALOUS_BYTES = 20;

export function isPage({ normal, anomalous }: Page, bins: number): boolean {
  const arrays = [normal, ...(anomalous ? [anomalous.count, anomalous.overlap, anomalous.saturating] : [])];
  return arrays.every((array) => ArrayBuffer.isView(array) && array.length === bins);
}

export function binsAt(shift: number): number {
  return 2 ** (PAGE_BITS - shift);
}

export function bytesOf(pages: readonly (Page | undefined)[], shift: number): number {
  let perBin = 0;
  for (const page of pages) if (page) perBin += NORMAL_BYTES + (page.anomalous ? ANOMALOUS_BYTES : 0);
  return perBin * binsAt(shift);
}

export function noAnomalous(bins: number): AnomalousBins {
  return { count: new Uint32Array(bins), overlap: new Float64Array(bins), saturating: new Float64Array(bins) };
}

export function copyOf({ normal, anomalous }: Page): Page {
  const sums = anomalous && {
    count: anomalous.count.slice(),
    overlap: anomalous.overlap.slice(),
    saturating: anomalous.saturating.slice(),
  };
  return { normal: normal.slice(), anomalous: sums };
}

export function halved({ normal, anomalous }: Page): Page {
  const bins = normal.length / 2;
  const sums = anomalous && noAnomalous(bins);
  if (sums && anomalous) {
    sumNeighbours(anomalous.count, sums.count);
    sumNeighbours(anomalous.overlap, sums.overlap);
    sumNeighbours(anomalous.saturating, sums.saturating);
  }
  return { normal: sumNeighbours(normal, new Uint32Array(bins)), anomalous: sums };
}

function sumNeighbours<A extends Uint32Array | Float64Array>(from: A, to: A): A {
  for (let i = 0; i < to.length; i++) to[i] = from[2 * i]! + from[2 * i + 1]!;
  return to;
}

/** Adds in place; gives back the sum of what was added. */
export function addTo(own: Uint32Array | Float64Array, other: Uint32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < own.length; i++) {
    own[i]! += other[i]!;
    sum += other[i]!;
  }
  return sum;
}
