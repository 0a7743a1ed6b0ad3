// Value noise on an integer lattice: the grain, waviness and dirt of every rendered surface. Pure functions of position and seed.

/** A hash of a lattice point, uniform in [0, 1). */
export function lattice(x: number, y: number, seed: number): number {
  let hash = Math.imul(x, 668265263) ^ Math.imul(y, 374761393) ^ seed;
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}

/** Value noise with quintic interpolation, in [-1, 1); one lattice cell is one unit of `x` and `y`. */
export function noise(x: number, y: number, seed: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const u = fade(x - column);
  const v = fade(y - row);
  const a = lattice(column, row, seed);
  const b = lattice(column + 1, row, seed);
  const c = lattice(column, row + 1, seed);
  const d = lattice(column + 1, row + 1, seed);
  const top = a + (b - a) * u;
  return 2 * (top + (c + (d - c) * u - top) * v) - 1;
}

/** Fractal noise: `octaves` of value noise, each of double frequency and half amplitude, scaled to stay in [-1, 1]. */
export function fractal(x: number, y: number, seed: number, octaves: number): number {
  let sum = 0;
  let weight = 1;
  let total = 0;
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * noise(x, y, seed + octave * 1013);
    total += weight;
    weight *= 0.5;
    // The offset keeps the lattices of the octaves from lining up.
    x = x * 2 + 17.3;
    y = y * 2 + 31.7;
  }
  return sum / total;
}

/** 0 below `from`, 1 above `to`, a cubic in between; `from` may exceed `to`. */
export function smoothstep(from: number, to: number, x: number): number {
  const t = clamp01((x - from) / (to - from));
  return t * t * (3 - 2 * t);
}

export function clamp01(x: number): number {
  return x < 0 ? 0 : Math.min(x, 1);
}

export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}
