// What the IM-IAD benchmark (Xie et al. 2024) does to maps before its pixel metrics, and its rank-sampled AUPRO. For
// comparison with its printed numbers only: a binarised map has one operating point, so the areas say little of the map.
import { areaUnderCurve } from './area.js';
import { firstKeyAt, floatOfKey, keyOfBits, sortKeys } from './float-keys.js';
import { HIGH, OverlapAbove, sortPairs } from './pairs.js';
import type { StoredImage } from './pixel-store.js';

/**
 * The raw score at which the benchmark cuts: the rescaled maps are all maps rescaled by the minimum and maximum of each image
 * in turn and averaged, one affine map for the whole set, and 0.5 of it is the threshold. Images with a constant map take no
 * part. Null if there is no other.
 */
export function binarisationThreshold(images: readonly StoredImage[]): number | null {
  let scale = 0;
  let shift = 0;
  let count = 0;
  for (const { normal, anomalous } of images) {
    let low = 0xffffffff;
    let high = 0;
    const see = (key: number) => {
      if (key < low) low = key;
      if (key > high) high = key;
    };
    for (let i = 0; i < normal.length; i++) see(normal[i]!);
    for (let i = HIGH; i < anomalous.length; i += 2) see(anomalous[i]!);
    if (low >= high) continue;
    const range = floatOfKey(high) - floatOfKey(low);
    scale += 1 / range;
    shift += floatOfKey(low) / range;
    count++;
  }
  return count === 0 ? null : (0.5 + shift / count) / (scale / count);
}

const ZERO = keyOfBits(0);
const ONE = keyOfBits(0x3f800000);

/** The images with score 1 where it was >= threshold, else 0. */
export function binarised(images: readonly StoredImage[], threshold: number): StoredImage[] {
  const first = firstKeyAt(threshold, '>=');
  const cut = (key: number) => (key >= first ? ONE : ZERO);
  return images.map((image) => {
    const anomalous = image.anomalous.slice();
    for (let i = HIGH; i < anomalous.length; i += 2) anomalous[i] = cut(anomalous[i]!);
    return {
      normal: image.normal.map(cut),
      anomalous,
      regions: image.regions,
      channels: image.channels?.map(({ defect, highest }) => ({ defect, highest: highest.map(cut) })) ?? null,
    };
  });
}

const SAMPLES = 100;

/**
 * `aupro-imiad`: the curve at 100 even ranks of the normal pixels' scores, with the false-positive rate from the rank and
 * overlap where score > threshold, and the point (1, 1). Ties make it another number than the exact area: a constant map gives
 * 0. Null without a region or a normal pixel.
 */
export function rankSampledAupro(images: readonly StoredImage[], limit: number): number | null {
  const normal = sortKeys(images.map((image) => image.normal));
  const regions = images.reduce((sum, image) => sum + image.regions, 0);
  const count = normal.length;
  if (regions === 0 || count === 0) return null;
  const above = new OverlapAbove(sortPairs(images.map((image) => image.anomalous)));
  const step = (count - 1) / (SAMPLES - 1);
  const fpr = [1];
  const overlap = [1];
  for (let j = 0; j < SAMPLES; j++) {
    const rank = j === SAMPLES - 1 ? count - 1 : Math.floor(j * step);
    fpr.push(1 - (rank + 1) / count);
    overlap.push(above.at(normal[rank]! + 1) / regions);
  }
  return areaUnderCurve(fpr.reverse(), overlap.reverse(), limit) / limit;
}
