// Seeded random numbers. Everything random in the library draws from here, so one seed gives one result.

/** FNV-1a, 32 bit, over the UTF-8 bytes of `text`. */
export function fnv1a(text: string): number {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}

/** The seed of the generator for one purpose; see {@link Random.forKey}. */
export function seedFor(key: string, baseSeed: number): number {
  return (fnv1a(key) ^ Math.imul(baseSeed, 2654435769)) >>> 0;
}

/** What a state of mulberry32 gives: a hash of 32 bits. */
function mix(state: number): number {
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

/** Distance of one state to the next. */
const STEP = 1831565813;

/** The word that the (index + 1)-th call of `new Random(seed).uint32()` gives, without the ones before it. */
export function wordAt(seed: number, index: number): number {
  return mix((seed + Math.imul(index + 1, STEP)) >>> 0);
}

/** mulberry32: a 32-bit state, period 2^32. Not for cryptography. */
export class Random {
  #state: number;
  #spare: number | undefined;

  /** @param seed any integer; only its low 32 bits count */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /**
   * The generator for one purpose: independent purposes never share a stream, so a change in one leaves the others be.
   * @param key for example `mtd|mtd|split|0`
   * @param baseSeed mixed in by Knuth's multiplicative constant
   */
  static forKey(key: string, baseSeed: number): Random {
    return new Random(seedFor(key, baseSeed));
  }

  /** The next 32-bit unsigned integer. */
  uint32(): number {
    this.#state = (this.#state + STEP) >>> 0;
    return mix(this.#state);
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform integer in 0..k-1. */
  below(k: number): number {
    return Math.floor(this.uniform() * k);
  }

  /** Standard normal, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * factor;
      return u * factor;
    }
  }

  /** `count` different indices of 0..population-1 in drawing order; draws of growing count are nested. */
  sample(population: number, count: number): number[] {
    const items = Array.from({ length: population }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = i + this.below(population - i);
      const moved = items[i]!;
      items[i] = items[j]!;
      items[j] = moved;
    }
    return items.slice(0, count);
  }
}
