import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fnv1a, Random, seedFor, wordAt } from '../../src/runtime/random.js';

interface Vectors {
  fnv1a: Record<string, number>;
  rng: Record<string, number[]>;
  draws: { base_seed: number; key: string; state: number; population: number; count: number; indices: number[] }[];
}
const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../fixtures/sampling_vectors.json', import.meta.url), 'utf8'),
);

describe('random numbers follow the sampling vectors', () => {
  test.each(Object.entries(vectors.fnv1a))('FNV-1a of "%s"', (text, hash) => expect(fnv1a(text)).toBe(hash));

  test.each(Object.entries(vectors.rng))('mulberry32 from %s', (seed, outputs) => {
    const random = new Random(Number(seed));
    expect(outputs.map(() => random.uint32())).toEqual(outputs);
    expect(outputs.map((_, index) => wordAt(Number(seed), index))).toEqual(outputs);
  });

  test.each(vectors.draws)(
    'draw of $key with base seed $base_seed',
    ({ base_seed, key, state, population, count, indices }) => {
      expect(seedFor(key, base_seed)).toBe(state);
      expect(Random.forKey(key, base_seed).sample(population, count)).toEqual(indices);
      // Draws of growing count are nested.
      expect(Random.forKey(key, base_seed).sample(population, 3)).toEqual(indices.slice(0, 3));
    },
  );

  test('normal numbers have mean 0 and variance 1', () => {
    const random = new Random(1);
    const values = Array.from({ length: 20_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});
