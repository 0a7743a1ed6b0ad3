// Pairs (key, area) in one Uint32Array, two words each, which sort as 64-bit integers; and sums of 1 / area over them.

/** Position of the more significant half of a 64-bit integer in a Uint32Array: 1 where the low half comes first. */
export const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0]!;
export const LOW = 1 - HIGH;

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

/** Σ 1/area over the pairs whose key is at least a given one, by binary search. */
export class OverlapAbove {
  readonly #pairs: Uint32Array;
  /** `[pairs + 1]`: the sum over pair i and all above. */
  readonly #sums: Float64Array;

  /** @param pairs sorted by {@link sortPairs} */
  constructor(pairs: Uint32Array) {
    const count = pairs.length / 2;
    this.#pairs = pairs;
    this.#sums = new Float64Array(count + 1);
    for (let i = count - 1; i >= 0; i--) this.#sums[i] = this.#sums[i + 1]! + 1 / pairs[2 * i + LOW]!;
  }

  at(firstKey: number): number {
    const count = this.#sums.length - 1;
    return this.#sums[lowerBound(count, (i) => this.#pairs[2 * i + HIGH]! >= firstKey)]!;
  }
}

/** How many of the ascending keys are at least `firstKey`. */
export function countFrom(keys: Uint32Array, firstKey: number): number {
  return keys.length - lowerBound(keys.length, (i) => keys[i]! >= firstKey);
}

/** The first of 0..count-1 for which the test, false and then true, holds; `count` if none. */
function lowerBound(count: number, test: (i: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
