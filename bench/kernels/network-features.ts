// Features for the benches: seeded rows with the spectrum of network features, or real ones from a file.
import { readFileSync } from 'node:fs';
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

/** Little-endian float32 rows from a file. */
export function storedFeatures(path: string, depth: number): Tensor2D {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return tf.tensor2d(new Float32Array(buffer, byteOffset, byteLength / 4), [byteLength / 4 / depth, depth]);
}
