// The training images as the batches of a design: frozen features that were computed once, or views that change with every step.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { augmented } from '../../../data/augment/index.js';
import type { Image } from '../../../data/types.js';
import { IadError, yieldTurn } from '../../../runtime/errors.js';
import { stageProgress } from '../../../runtime/progress.js';
import type { Random } from '../../../runtime/random.js';
import type { EmbedWatch } from '../embed-each.js';
import { type FeatureCache, type FeatureMap, frozenFeatures } from '../feature-cache/index.js';
import { geometryOf } from '../frozen-config.js';
import { asItIs, isBadImage, type NamedImage } from '../inputs.js';
import { openImage } from '../open-image.js';
import type { Threads } from '../threads.js';
import type { SampleRandom } from '../training/index.js';
import type { TrainedConfig } from './config.js';
import type { TrainingBatch } from './design.js';
import type { Extractor } from './extractor.js';

/** What is read of one image and does not change. */
interface Read {
  readonly image: NamedImage;
  /** Empty where there is no cache. */
  readonly features: readonly FeatureMap[];
  /** Null where nobody looks at pixels. */
  readonly view: Image | null;
}

export interface SampleOptions {
  readonly config: TrainedConfig;
  readonly extractor: Extractor;
  /** The views that an image is seen as in a step; null: as it is. */
  readonly augment: ((view: Image, random: Random) => Image[]) | null;
  /** Whether batches have pixels. */
  readonly usesPixels: boolean;
  /** Where features are kept; null where they change with every step. */
  readonly cache: FeatureCache | null;
}

/** What the views of a training batch are drawn by. */
export interface BatchDraw {
  readonly randomOf: SampleRandom;
  readonly epoch: number;
}

/** Whether an image is another one in every epoch. */
export function changesByEpoch({ augmentation }: NamedImage): boolean {
  return augmentation?.copy === 'epoch';
}

export class Samples {
  readonly #options: SampleOptions;
  readonly #images: NamedImage[];
  readonly #inMemory = new Map<NamedImage, Read>();
  /** Bytes of memory that are left. */
  #room: number;

  constructor(images: readonly NamedImage[], options: SampleOptions) {
    this.#images = [...images];
    this.#options = options;
    this.#room = options.config.memoryBudget;
  }

  get images(): readonly NamedImage[] {
    return this.#images;
  }

  /** Whether features are kept from step to step. */
  get areCached(): boolean {
    return this.#options.cache !== null;
  }

  /**
   * Reads every image once, and drops those that cannot be read if they may be left out.
   * @param skipped where they are listed
   * @param threads that put the features of images into the cache, ahead of this one; null: there are none
   * @throws IadError NO_GOOD_IMAGES if none is left, an image's own error, ABORTED
   */
  async readAll(
    { onProgress, signal, skipBad }: EmbedWatch,
    skipped: { id: string; reason: string }[],
    threads: Threads | null,
  ): Promise<void> {
    const all = this.#images.splice(0);
    const progress = stageProgress(onProgress, 'features', all.length);
    for await (const { image, index, failure } of threads ? cached(all, threads, signal) : inTurn(all, signal)) {
      try {
        if (failure) throw failure;
        await this.#read(image);
        this.#images.push(image);
      } catch (error) {
        if (!(skipBad && error instanceof Error && isBadImage(error))) throw error;
        skipped.push({ id: image.id, reason: error.message });
      }
      progress(index + 1);
    }
    if (this.#images.length > 0) return;
    throw new IadError('NO_GOOD_IMAGES', 'none of the images can be read', {
      path: 'fit',
      hint: 'See what was skipped.',
    });
  }

  /**
   * @param indices of the images
   * @param draw null: nothing is drawn, the images are as they are
   * @returns tensors owned by the caller
   */
  async batch(indices: readonly number[], draw: BatchDraw | null): Promise<TrainingBatch> {
    const reads: Read[] = [];
    for (const index of indices) {
      const image = this.#images[index];
      if (image) reads.push(await this.#read(image));
    }
    const { usesPixels, cache, extractor } = this.#options;
    return tf.tidy(() => {
      const images = this.#images4D(reads, draw);
      const features = cache || !images ? stacked(reads) : extractor.features(images);
      return usesPixels && images ? { features, images } : { features };
    });
  }

  #images4D(reads: readonly Read[], draw: BatchDraw | null): Tensor4D | null {
    const views = reads.flatMap((read, i) => this.#viewsOf(read, i, draw));
    if (views.length === 0) return null;
    const side = this.#options.config.inputSize;
    const values = new Float32Array(views.length * side * side * 3);
    for (const [i, { data }] of views.entries()) values.set(data, i * side * side * 3);
    return tf.tensor4d(values, [views.length, side, side, 3]);
  }

  /** The views that the i-th image of a batch is seen as. */
  #viewsOf({ image, view }: Read, i: number, draw: BatchDraw | null): Image[] {
    if (!view) return [];
    if (!draw) return [view];
    const { augment } = this.#options;
    const { augmentation } = image;
    const ofEpoch =
      augmentation && changesByEpoch(image) ? augmented(view, { ...augmentation, copy: draw.epoch }) : view;
    return augment ? augment(ofEpoch, draw.randomOf(i)) : [ofEpoch];
  }

  /** From memory, or read, and kept in memory while there is room. */
  async #read(image: NamedImage): Promise<Read> {
    const known = this.#inMemory.get(image);
    if (known) return known;
    const read = { image, features: await this.#features(image), view: await this.#view(image) };
    const bytes = (read.view?.data.byteLength ?? 0) + read.features.reduce((sum, { data }) => sum + data.byteLength, 0);
    if (bytes <= this.#room) {
      this.#room -= bytes;
      this.#inMemory.set(image, read);
    }
    return read;
  }

  async #features(image: NamedImage): Promise<FeatureMap[]> {
    const { config, cache, extractor } = this.#options;
    if (!cache) return [];
    const { backbone, inputs } = extractor;
    const options = { backbone, layers: config.layers, geometry: geometryOf(config), cache, inputs };
    const features: FeatureMap[] = [];
    for await (const maps of frozenFeatures(image, options)) features.push(...maps.values());
    return features;
  }

  async #view(image: NamedImage): Promise<Image | null> {
    const { config, cache, usesPixels } = this.#options;
    if (cache && !usesPixels) return null;
    const { view } = await openImage(changesByEpoch(image) ? asItIs(image) : image, geometryOf(config));
    return { width: config.inputSize, height: config.inputSize, data: view(0) };
  }
}

/** An image that is to be read, and what went wrong with it before. */
interface Turn {
  readonly image: NamedImage;
  readonly index: number;
  readonly failure?: Error;
}

async function* inTurn(images: readonly NamedImage[], signal: AbortSignal | undefined): AsyncGenerator<Turn> {
  for (const [index, image] of images.entries()) {
    await yieldTurn(signal);
    yield { image, index };
  }
}

/** Each once its features are in the cache. */
async function* cached(
  images: readonly NamedImage[],
  threads: Threads,
  signal: AbortSignal | undefined,
): AsyncGenerator<Turn> {
  let index = 0;
  for await (const outcome of threads.run(images, signal)) {
    const image = images[index];
    if (image) yield { image, index, ...('error' in outcome && { failure: outcome.error }) };
    index++;
  }
}

/** Feature sets of several images: [B, h, w, C] each. */
function stacked(reads: readonly Read[]): Tensor4D[] {
  return (reads[0]?.features ?? []).map(({ shape, data: first }, set) => {
    const values = new Float32Array(reads.length * first.length);
    for (const [i, { features }] of reads.entries()) values.set(features[set]?.data ?? [], i * first.length);
    return tf.tensor4d(values, [reads.length, ...shape]);
  });
}
