// Seeded draws for resampling. The period must outlast thousands of resamples of large sets, so the state has 128 bits.

/** sfc32 (Chris Doty-Humphrey, PractRand). Not for cryptography. */
export class Draws {
  readonly #state = new Uint32Array(4);

  /** @param seed any integer; its low 32 bits count */
  constructor(seed: number) {
    this.#state.set([0x9e3779b9, 0x243f6a88, seed, 1]);
    for (let i = 0; i < 15; i++) this.#next();
  }

  /** Uniform in 0..count-1. */
  below(count: number): number {
    return Math.floor((this.#next() / 2 ** 32) * count);
  }

  #next(): number {
    const state = this.#state;
    const [a, b, c, counter] = [state[0]!, state[1]!, state[2]!, state[3]!];
    const word = (a + b + counter) >>> 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + word;
    state[3] = counter + 1;
    return word;
  }
}
