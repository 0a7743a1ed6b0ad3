// Galleries and images of made-up features instead of a network's.
import * as tf from '@tensorflow/tfjs';
import { resolveSpadeConfig, type SpadeOptions } from '../../src/methods/spade/config.js';
import type { Features } from '../../src/methods/spade/embedder.js';
import type { Gallery, LayerSizes } from '../../src/methods/spade/gallery.js';
import { Scorer } from '../../src/methods/spade/scorer.js';
import { uniformArray } from './random-arrays.js';

/** One image: a map [side, side, channels] per layer, and its global vector. */
export interface MadeUp {
  readonly maps: readonly Float32Array[];
  readonly global: Float32Array;
}

export function madeUp(sizes: readonly LayerSizes[], width: number, seed: number): MadeUp {
  const maps = sizes.map(({ side, channels }, i) => uniformArray(100 * seed + i, side * side * channels));
  return { maps, global: uniformArray(100 * seed + 99, width) };
}

export function galleryOf(sizes: readonly LayerSizes[], images: readonly MadeUp[]): Gallery {
  const joined = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  return {
    images: images.length,
    globals: joined(images.map(({ global }) => global)),
    layers: sizes.map((size, i) => ({ ...size, maps: joined(images.map(({ maps }) => maps[i]!)) })),
  };
}

/** Calls with a scorer and the features of one image; nothing may be left behind. */
export async function scoring<T>(
  sizes: readonly LayerSizes[],
  gallery: Gallery,
  image: MadeUp,
  options: SpadeOptions,
  call: (scorer: Scorer, features: Features) => Promise<T>,
): Promise<T> {
  const scorer = new Scorer(resolveSpadeConfig({ inputSize: 32, ...options }), gallery);
  const maps = sizes.map(({ side, channels }, i) => tf.tensor4d(image.maps[i]!, [1, side, side, channels]));
  const global = tf.tensor2d(image.global, [1, image.global.length]);
  try {
    return await call(scorer, { maps, global });
  } finally {
    tf.dispose([...maps, global]);
    scorer.dispose();
  }
}
