// Many stored images as sorted keys, and the walk over their tie groups from the highest score.
import { sortKeys } from './float-keys.js';
import { HIGH, LOW, sortPairs } from './pairs.js';
import type { StoredImage } from './pixel-store.js';

export interface SortedPixels {
  /** Keys of the normal pixels, ascending. */
  readonly normal: Uint32Array;
  /** Pairs (key, area of the region) of the anomalous pixels, ascending. */
  readonly anomalous: Uint32Array;
  readonly regions: number;
  /** Pairs (key, saturation area) of the pixels that can add to a channel's sPRO, ascending. */
  readonly saturating: Uint32Array;
  /** Number of channels; 0 also where an image with a defect came without channels. */
  readonly channels: number;
}

/** @param defect only channels of this type; default all */
export function sortPixels(images: readonly StoredImage[], defect?: string): SortedPixels {
  const complete = images.every(({ channels }) => channels !== null);
  const channels = complete ? images.flatMap((image) => image.channels ?? []) : [];
  const chosen = channels.filter((channel) => defect === undefined || channel.defect === defect);
  return {
    normal: sortKeys(images.map((image) => image.normal)),
    anomalous: sortPairs(images.map((image) => image.anomalous)),
    regions: images.reduce((sum, image) => sum + image.regions, 0),
    saturating: sortPairs(chosen.map(({ highest }) => pairsOf(highest))),
    channels: chosen.length,
  };
}

function pairsOf(highest: Uint32Array): Uint32Array {
  const pairs = new Uint32Array(2 * highest.length);
  for (let i = 0; i < highest.length; i++) {
    pairs[2 * i + HIGH] = highest[i]!;
    pairs[2 * i + LOW] = highest.length;
  }
  return pairs;
}

/** A tie group: its pixels by class, and Σ 1/area over its anomalous pixels by region and by channel. */
export type PixelGroupVisitor = (
  key: number,
  positives: number,
  negatives: number,
  overlap: number,
  saturating: number,
) => void;

/**
 * Visits the tie groups from the highest score. Where `every` is false, the normal pixels between two scores of anomalous
 * pixels come as one group, under the lowest of their keys (see sums.ts).
 */
export function walkPixelGroups(
  { normal, anomalous, saturating }: SortedPixels,
  visit: PixelGroupVisitor,
  every = false,
): void {
  let n = normal.length - 1;
  let p = anomalous.length - 2;
  let s = saturating.length - 2;
  while (n >= 0 || p >= 0) {
    const key = p >= 0 ? anomalous[p + HIGH]! : -1;
    const before = n;
    if (n >= 0 && normal[n]! > key) {
      const stop = every ? normal[n]! - 1 : key;
      while (n >= 0 && normal[n]! > stop) n--;
      visit(normal[n + 1]!, 0, before - n, 0, 0);
      continue;
    }
    while (n >= 0 && normal[n] === key) n--;
    const regionsEnd = groupEnd(anomalous, p, key);
    const channelsEnd = groupEnd(saturating, s, key);
    visit(
      key,
      (p - regionsEnd) / 2,
      before - n,
      overlapOf(anomalous, p, regionsEnd),
      overlapOf(saturating, s, channelsEnd),
    );
    p = regionsEnd;
    s = channelsEnd;
  }
}

/** The place before the first pair of this key, of which `last` may be the last. */
function groupEnd(pairs: Uint32Array, last: number, key: number): number {
  let at = last;
  while (at >= 0 && pairs[at + HIGH] === key) at -= 2;
  return at;
}

/** Σ 1/area over the pairs after `end` up to `last`, equal areas together. */
function overlapOf(pairs: Uint32Array, last: number, end: number): number {
  let sum = 0;
  for (let at = last; at > end; ) {
    const area = pairs[at + LOW]!;
    const from = at;
    while (at > end && pairs[at + LOW] === area) at -= 2;
    sum += (from - at) / 2 / area;
  }
  return sum;
}
