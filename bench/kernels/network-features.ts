// Features for the benches: seeded rows with the spectrum of network features, or real ones from a file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { Random } from '../../src/runtime/random.js';

const RANK = 64;

/** Rows [rows, depth]: 64 shared directions of falling weight, and noise. Rows of other seeds share the directions. */
export function networkFeatures(seed: number, rows: number, depth: number): Tensor2D {
  const shared = new Random(1);
  const directions = new Float32Array(RANK * depth);
  for (let i = 0; i < directions.length; i++) directions[i] = shared.normal() * 0.95 ** Math.floor(i / depth);
  const random = new Random(seed);
  const out = new Float32Array(rows * depth);
  for (let row = 0; row < rows; row++) {
    const at = row * depth;
    for (let d = 0; d < depth; d++) out[at + d] = random.uniform();
    for (let r = 0; r < RANK; r++) {
      const weight = random.normal();
      for (let d = 0; d < depth; d++) out[at + d] = out[at + d]! + weight * directions[r * depth + d]!;
    }
  }
  return tf.tensor2d(out, [rows, depth]);
}

/** The folder that `npm run bench:features` made, if there is one. */
const FOLDER = process.env.IAD_TF_BENCH_FEATURES;

/** Rows of real features, or seeded ones of the same size. `coreset` has all patches projected, `bank` 1 % of them, `queries` ten images'. */
export function realFeatures(name: 'coreset' | 'bank' | 'queries', rows: number, depth: number): Tensor2D {
  if (FOLDER === undefined) return networkFeatures(name === 'queries' ? 3 : 2, rows, depth);
  const { buffer, byteOffset, byteLength } = readFileSync(join(FOLDER, `${name}.f32`));
  if (byteLength < 4 * rows * depth) throw new Error(`${name}.f32 has fewer than ${rows} rows of ${depth}`);
  return tf.tensor2d(new Float32Array(buffer, byteOffset, rows * depth), [rows, depth]);
}

/** What a row's sizes say about its inputs. */
export const REAL_OR_SEEDED = FOLDER === undefined ? 'seeded features' : 'real features';
