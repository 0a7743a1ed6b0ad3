// Keys and maps for the tests of the feature cache: values that float16 holds exactly.
import type { FeatureKey, FeatureMaps } from '../../src/methods/parts/feature-cache/index.js';
import { Random } from '../../src/runtime/random.js';

export function madeKey(view: number): FeatureKey {
  return {
    backbone: { layer1: 'b'.repeat(64), layer2: 'c'.repeat(64) },
    backend: 'wasm',
    layers: ['layer1', 'layer2'],
    geometry: { mode: 'stretch', resize: null, inputSize: 32, tileOverlap: 0 },
    view,
    image: 'file 1',
  };
}

export function madeMaps(seed: number): FeatureMaps {
  const random = new Random(seed);
  const values = (length: number) => Float32Array.from({ length }, () => (random.below(2048) - 1024) / 64);
  return new Map([
    ['layer1', { shape: [8, 8, 16], data: values(1024) }],
    ['layer2', { shape: [4, 4, 32], data: values(512) }],
  ]);
}

export function sameMaps(a: FeatureMaps, b: FeatureMaps): boolean {
  return (
    a.size === b.size &&
    [...a].every(([layer, { shape, data }]) => {
      const other = b.get(layer);
      return shape.join() === other?.shape.join() && data.every((value, i) => Object.is(value, other.data[i]));
    })
  );
}
