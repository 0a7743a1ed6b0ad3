// Scores images against the gallery, which stays off the backend: only the maps of the nearest images pass through it.
import * as tf from '@tensorflow/tfjs';
import { interpolate } from '../../data/interpolate.js';
import { patchEmbed, topKNeighbors } from '../../kernels/index.js';
import { type ScoreMap, smooth } from '../parts/anomaly-map.js';
import type { ScoredImage } from '../parts/embedder-session.js';
import type { SpadeConfig } from './config.js';
import type { Features } from './embedder.js';
import { type Gallery, type LayerGallery, mapOf } from './gallery.js';

/** The good images nearest to one. */
export interface Retrieved {
  /** Their numbers in the gallery, nearest first. */
  readonly images: Int32Array;
  /** L2 distances of the global vectors, ascending. */
  readonly distances: Float32Array;
}

export class Scorer {
  readonly #config: SpadeConfig;
  readonly #gallery: Gallery;
  readonly #globals: tf.Tensor2D;

  constructor(config: SpadeConfig, gallery: Gallery) {
    this.#config = config;
    this.#gallery = gallery;
    const { images, globals } = gallery;
    this.#globals = tf.tensor2d(globals, [images, globals.length / images]);
  }

  /** The nearest good images, of equally near ones the first. @param global [1, channels] */
  async retrieve(global: tf.Tensor2D): Promise<Retrieved> {
    const k = Math.min(this.#config.k, this.#gallery.images);
    const found = topKNeighbors(global, this.#globals, k);
    try {
      const distances = (await found.distances.data<'float32'>()).map(Math.sqrt);
      return { images: await found.rows.data<'int32'>(), distances };
    } finally {
      tf.dispose([found.distances, found.rows]);
    }
  }

  /**
   * The L2 distance of every position to the nearest one, of any place, in the given images.
   * @returns a grid per layer, in the order of the configuration; with `concat` one, the first layer's
   */
  async distances(maps: readonly tf.Tensor4D[], images: Int32Array): Promise<ScoreMap[]> {
    const { layers } = this.#gallery;
    if (this.#config.fusion === 'concat') return [await nearest(maps, layers, images)];
    const grids: ScoreMap[] = [];
    for (const [i, layer] of layers.entries()) grids.push(await nearest(maps.slice(i, i + 1), [layer], images));
    return grids;
  }

  /** The grids are made as large as the input, averaged and smoothed. */
  async score({ maps, global }: Features): Promise<ScoredImage> {
    const { inputSize, smoothing, imageScore } = this.#config;
    const { images, distances } = await this.retrieve(global);
    const grids = await this.distances(maps, images);
    const sum = new Float32Array(inputSize * inputSize);
    for (const grid of grids) {
      const { data } = interpolate(grid, inputSize, inputSize);
      for (let at = 0; at < sum.length; at++) sum[at]! += data[at]! / grids.length;
    }
    const { data: map } = await smooth({ width: inputSize, height: inputSize, data: sum }, smoothing, 'edge');
    if (imageScore === 'mapMax') return { score: map.reduce((most, value) => Math.max(most, value), 0), map };
    return { score: distances.reduce((total, value) => total + value, 0) / distances.length, map };
  }

  dispose(): void {
    this.#globals.dispose();
  }
}

/** Image after image, so that one of them is on the backend at a time. */
async function nearest(
  maps: readonly tf.Tensor4D[],
  layers: readonly LayerGallery[],
  images: Int32Array,
): Promise<ScoreMap> {
  const side = layers[0]?.side ?? 0;
  const queries = descriptors(maps);
  const data = new Float32Array(side * side).fill(Number.POSITIVE_INFINITY);
  try {
    for (const image of images) {
      const found = tf.tidy(() => {
        const bank = layers.map((layer) =>
          tf.tensor4d(mapOf(layer, image), [1, layer.side, layer.side, layer.channels]),
        );
        return topKNeighbors(queries, descriptors(bank), 1).distances;
      });
      const squared = await found.data<'float32'>().finally(() => found.dispose());
      for (let at = 0; at < data.length; at++) data[at] = Math.min(data[at]!, squared[at]!);
    }
  } finally {
    queries.dispose();
  }
  return { width: side, height: side, data: data.map(Math.sqrt) };
}

/** [positions, channels]: of one layer its features, of several all of them on the first one's grid, bilinearly. */
function descriptors(maps: readonly tf.Tensor4D[]): tf.Tensor2D {
  return tf.tidy(() => {
    const [map] = maps;
    const all = map && maps.length === 1 ? map : patchEmbed(maps, { patchSize: 1 });
    return all.reshape<tf.Tensor2D>([-1, all.shape.at(-1) ?? 1]);
  });
}
