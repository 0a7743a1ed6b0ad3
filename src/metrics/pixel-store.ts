// What the pixel metrics keep of an image, and the walk over the tie groups of many: integer keys in place of scores, and
// with each anomalous pixel the area of its region, which is all that per-region overlap needs.
import { connectedComponents } from './components.js';
import { checkImageSize, MetricError } from './errors.js';
import { keyOfBits } from './float-keys.js';

export interface StoredImage {
  /** Keys of the normal pixels. */
  readonly normal: Uint32Array;
  /** Two words per anomalous pixel, read as one 64-bit integer: key high, area of its region low. */
  readonly anomalous: Uint32Array;
  readonly regions: number;
}

/** Position of the more significant half of a 64-bit integer in a Uint32Array: 1 where the low half comes first. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0]!;
const LOW = 1 - HIGH;

/**
 * @param mask null: no defect
 * @throws MetricError with `index`, as `PixelAccumulator.add` says
 */
export function storeImage(
  map: Float32Array,
  mask: Uint8Array | null,
  width: number,
  height: number,
  index: number,
): StoredImage {
  const caller = `PixelAccumulator.add: image ${index}`;
  if (map[Symbol.toStringTag] !== 'Float32Array') {
    throw new MetricError('BAD_ARGUMENT', `${caller}: the map is not a Float32Array`, index);
  }
  checkImageSize(caller, 'the map', map.length, width, height, index);
  if (mask !== null) checkImageSize(caller, 'the mask', mask.length, width, height, index);
  const bits = new Uint32Array(map.buffer, map.byteOffset, map.length);
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i]! & EXPONENT) === EXPONENT) {
      throw new MetricError('NOT_FINITE', `${caller}: pixel ${i} of the map is ${map[i]}`, index);
    }
  }
  const positives = mask === null ? 0 : countOnes(mask, caller, index);
  if (mask === null || positives === 0) {
    const normal = new Uint32Array(bits.length);
    for (let i = 0; i < bits.length; i++) normal[i] = keyOfBits(bits[i]!);
    return { normal, anomalous: new Uint32Array(0), regions: 0 };
  }
  const { count, labels, areas } = connectedComponents(mask, width, height, 8);
  const normal = new Uint32Array(bits.length - positives);
  const anomalous = new Uint32Array(2 * positives);
  for (let i = 0, n = 0, p = 0; i < bits.length; i++) {
    const key = keyOfBits(bits[i]!);
    if (labels[i] === 0) {
      normal[n++] = key;
    } else {
      anomalous[p + HIGH] = key;
      anomalous[p + LOW] = areas[labels[i]! - 1]!;
      p += 2;
    }
  }
  return { normal, anomalous, regions: count };
}

/** All bits set in NaN and the infinities only. */
const EXPONENT = 0x7f800000;

function countOnes(mask: Uint8Array, caller: string, index: number): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) {
    const value = mask[i]!;
    if (value !== 0 && value !== 1) {
      throw new MetricError('BAD_LABEL', `${caller}: mask value ${value} at pixel ${i} is neither 0 nor 1`, index);
    }
    ones += value;
  }
  return ones;
}

/** Pixels of each class whose key is at least `first`. */
export function countFlagged({ normal, anomalous }: StoredImage, first: number): { hits: number; falseAlarms: number } {
  let falseAlarms = 0;
  for (let i = 0; i < normal.length; i++) if (normal[i]! >= first) falseAlarms++;
  let hits = 0;
  for (let i = HIGH; i < anomalous.length; i += 2) if (anomalous[i]! >= first) hits++;
  return { hits, falseAlarms };
}

/**
 * All pairs ascending by key, then by area. The second order fixes the order of summation, so that the sum of 1/area
 * cannot depend on the order of images.
 */
export function sortPairs(chunks: readonly Uint32Array[]): Uint32Array {
  const pairs = new BigUint64Array(chunks.reduce((sum, chunk) => sum + chunk.length / 2, 0));
  const words = new Uint32Array(pairs.buffer);
  let at = 0;
  for (const chunk of chunks) {
    words.set(chunk, at);
    at += chunk.length;
  }
  pairs.sort();
  return words;
}

/**
 * Visits the tie groups from the highest score; the normal pixels between two scores of anomalous pixels come as one group
 * (see sums.ts). `overlap` is Σ 1/area over the anomalous pixels of the group.
 */
export function walkPixelGroups(
  normal: Uint32Array,
  anomalous: Uint32Array,
  visit: (key: number, positives: number, negatives: number, overlap: number) => void,
): void {
  let n = normal.length - 1;
  let p = anomalous.length - 2;
  while (p >= 0) {
    const key = anomalous[p + HIGH]!;
    const before = n;
    while (n >= 0 && normal[n]! > key) n--;
    if (n < before) visit(normal[n + 1]!, 0, before - n, 0);

    const above = n;
    while (n >= 0 && normal[n] === key) n--;
    let overlap = 0;
    const last = p;
    while (p >= 0 && anomalous[p + HIGH] === key) {
      const area = anomalous[p + LOW]!;
      const lastOfArea = p;
      while (p >= 0 && anomalous[p + HIGH] === key && anomalous[p + LOW] === area) p -= 2;
      overlap += (lastOfArea - p) / 2 / area;
    }
    visit(key, (last - p) / 2, above - n, overlap);
  }
  if (n >= 0) visit(normal[0]!, 0, n + 1, 0);
}
