// Sums of products in float64 with how far float32 may be from them, and seeded inputs: what the cases are made of.
import { Random } from '../../runtime/random.js';
import type { CaseTensor, ExpectedTensor } from '../case.js';

export type Fill = (random: Random, at: number) => number;

export const normal: Fill = (random) => random.normal();

/** A seeded tensor, standard normal unless told. */
export function tensor(seed: number, shape: readonly number[], fill: Fill = normal): CaseTensor {
  const random = new Random(seed);
  const size = shape.reduce((product, n) => product * n, 1);
  return { values: Float32Array.from({ length: size }, (_, at) => fill(random, at)), shape };
}

/** Elements that are each a sum of products. */
export class ProductSums {
  readonly #sums: Float64Array;
  readonly #magnitudes: Float64Array;
  readonly #counts: Float64Array;
  readonly #shape: readonly number[];

  constructor(shape: readonly number[]) {
    const size = shape.reduce((product, n) => product * n, 1);
    this.#shape = shape;
    this.#sums = new Float64Array(size);
    this.#magnitudes = new Float64Array(size);
    this.#counts = new Float64Array(size);
  }

  add(at: number, a: number, b: number): void {
    this.#sums[at]! += a * b;
    this.#magnitudes[at]! += Math.abs(a * b);
    this.#counts[at]! += 1;
  }

  /**
   * The sums within n 2^-24 sum |a b| of any order of n products and sums in float32 (one more rounding for the result), and
   * n times what a product loses below the normal numbers.
   */
  expected(): ExpectedTensor {
    const error = this.#counts.map((n, i) => (n + 1) * 2 ** -24 * this.#magnitudes[i]! + n * 2 ** -149);
    return { values: Float32Array.from(this.#sums), shape: this.#shape, error };
  }
}
