// perlinNoise: smooth seeded noise, from which synthetic defects get their shapes.
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { Random } from '../../runtime/random.js';
import { checkInteger } from '../checks.js';
import { runKernel } from '../registry.js';
import { PERLIN_NOISE } from './kernel.js';
import { perlinGradients } from './reference.js';

export interface PerlinOptions {
  /**
   * Cells of the first octave's lattice along the height and along the width, each 1..4096 / 2^(octaves - 1): [2^a, 2^b] with a, b in
   * 0..5 in DRAEM.
   */
  readonly resolution: readonly [rows: number, columns: number];
  /** Lattices added up, each with twice the cells of the one before, 1..12. Default 1. */
  readonly octaves?: number;
  /** Factor of each octave to the one before. Default 0.5. */
  readonly persistence?: number;
}

/** Cells times pixels must stay a 32-bit integer. */
const MOST = 32_768;
const MOST_CELLS = 4096;

/**
 * Perlin noise as DRAEM has it (Zavrtanik, Kristan, Skocaj, ICCV 2021): gradients at angles uniform in 0..2 pi on a lattice of
 * (rows + 1) x (columns + 1), fade 6 t^5 - 15 t^4 + 10 t^3, times sqrt 2. One octave lies in [-1, 1] and is 0 on lattice points. The
 * gradients are drawn in row-major order from `new Random(seed)`, octave after octave, so every backend makes the same noise up to
 * float32 rounding.
 * @param size pixels, 1..32768 each
 * @param seed of one image, or of each image of a batch; 32 bits
 * @returns float32 [height, width] for one seed, [B, height, width] for a list; owned by the caller
 * @throws IadError BAD_ARGUMENT for sizes, cells or octaves out of range, or seeds that are none
 */
export function perlinNoise(size: readonly [number, number], seed: number, options: PerlinOptions): Tensor2D;
export function perlinNoise(size: readonly [number, number], seed: readonly number[], options: PerlinOptions): Tensor3D;
export function perlinNoise(
  [height, width]: readonly [number, number],
  seed: number | readonly number[],
  { resolution, octaves = 1, persistence = 0.5 }: PerlinOptions,
): Tensor2D | Tensor3D {
  checkInteger('perlinNoise', 'height', height, 1, MOST);
  checkInteger('perlinNoise', 'width', width, 1, MOST);
  checkInteger('perlinNoise', 'octaves', octaves, 1, 12);
  const most = Math.floor(MOST_CELLS / 2 ** (octaves - 1));
  for (const axis of [0, 1] as const) checkInteger('perlinNoise', `resolution[${axis}]`, resolution[axis], 1, most);
  if (!Number.isFinite(persistence)) {
    throw new IadError('BAD_ARGUMENT', `perlinNoise: persistence must be finite, not ${persistence}`, {
      path: 'persistence',
    });
  }
  const seeds = typeof seed === 'number' ? [seed] : seed;
  checkInteger('perlinNoise', 'number of seeds', seeds.length, 1, 65_536);
  for (const one of seeds) checkInteger('perlinNoise', 'seed', one, 0, 2 ** 32 - 1);
  const randoms = seeds.map((one) => new Random(one));
  return tf.tidy(() => {
    let sum: Tensor3D | undefined;
    for (let octave = 0; octave < octaves; octave++) {
      const [rows, columns] = [resolution[0] * 2 ** octave, resolution[1] * 2 ** octave];
      const gradients = drawGradients(randoms, (rows + 1) * (columns + 1), persistence ** octave);
      const sizes = { batch: seeds.length, rows, columns, height, width };
      const [noise] = runKernel(PERLIN_NOISE, { gradients: tf.tensor2d(gradients, [gradients.length / 2, 2]) }, sizes);
      if (!noise) throw new IadError('BACKEND_WRONG', 'perlinNoise: the kernel must return a tensor');
      const image = noise.as3D(seeds.length, height, width);
      sum = sum ? sum.add(image) : image;
    }
    if (!sum) throw new IadError('BACKEND_WRONG', 'perlinNoise: there was no octave');
    return typeof seed === 'number' ? sum.as2D(height, width) : sum;
  });
}

/** The noise is linear in its gradients: they carry the octave's amplitude. */
function drawGradients(randoms: readonly Random[], points: number, amplitude: number): Float32Array {
  const angles = new Float64Array(randoms.length * points);
  for (let i = 0; i < angles.length; i++) angles[i] = 2 * Math.PI * randoms[Math.floor(i / points)]!.uniform();
  return perlinGradients(angles, amplitude);
}
