// What SPADE learns: the global vector and the feature maps of every good image.
import { lastLayer, layerChannels, layerSide } from '../../backbones/architecture.js';
import type { Architecture, LayerName } from '../../backbones/types.js';
import { IadError } from '../../runtime/errors.js';
import { fromHalves, toHalves } from '../../runtime/float16.js';
import { MAX_MODEL_BYTES } from '../parts/model-file.js';
import type { SpadeConfig } from './config.js';

/** The maps of one layer. */
export interface LayerGallery {
  readonly layer: LayerName;
  /** Rows of its grid, and columns. */
  readonly side: number;
  readonly channels: number;
  /** [images, side, side, channels]; float16s as their 16 bits. */
  readonly maps: Float32Array | Uint16Array;
}

export interface Gallery {
  readonly images: number;
  /** [images, channels of the network's last layer] */
  readonly globals: Float32Array;
  /** The layers of the configuration, shallowest first. */
  readonly layers: readonly LayerGallery[];
}

/** Sizes of one layer's maps. */
export type LayerSizes = Omit<LayerGallery, 'maps'>;

/** Numbers of a global vector: the spatial mean of the network's last layer. */
export function globalWidth(architecture: Architecture): number {
  return layerChannels(architecture, lastLayer(architecture));
}

export function layerSizes({ layers, inputSize }: SpadeConfig, architecture: Architecture): LayerSizes[] {
  return layers.map((layer) => ({
    layer,
    side: layerSide(architecture, layer, inputSize),
    channels: layerChannels(architecture, layer),
  }));
}

/** One image's map of a layer, [side, side, channels]; a view of the gallery where that is float32. */
export function mapOf({ side, channels, maps }: LayerGallery, image: number): Float32Array {
  const size = side * side * channels;
  const map = maps.subarray(image * size, (image + 1) * size);
  return map instanceof Float32Array ? map : fromHalves(map);
}

/** Takes in image after image. Its arrays lie on shared memory where there is any, so that threads need no copy. */
export class GalleryBuilder {
  readonly #gallery: Gallery;
  readonly #earlier: number;
  #count: number;

  /**
   * @param images as many as will be added, or more
   * @param earlier images of the same configuration that it begins with; copied
   * @throws IadError MEMORY_BUDGET if all do not fit `memoryBudget`, or a model file
   */
  constructor(config: SpadeConfig, architecture: Architecture, images: number, earlier: Gallery | null = null) {
    const sizes = layerSizes(config, architecture);
    const width = globalWidth(architecture);
    this.#earlier = earlier?.images ?? 0;
    this.#count = this.#earlier;
    const total = this.#earlier + images;
    checkMemory(config, sizes, width, total);
    this.#gallery = {
      images: total,
      globals: new Float32Array(memory(4 * total * width)),
      layers: sizes.map((layer) => ({ ...layer, maps: emptyMaps(config, total * floatsOf(layer)) })),
    };
    if (!earlier) return;
    this.#gallery.globals.set(earlier.globals);
    for (const [i, { maps }] of this.#gallery.layers.entries()) maps.set(earlier.layers[i]?.maps ?? []);
  }

  /**
   * @param maps of all layers, one after another; copied, as is the global vector
   * @throws IadError BAD_CONFIG for features that float16 does not hold
   */
  add(maps: Float32Array, global: Float32Array): void {
    const image = this.#count++;
    this.#gallery.globals.set(global, image * global.length);
    let from = 0;
    for (const layer of this.#gallery.layers) {
      const size = floatsOf(layer);
      const map = maps.subarray(from, from + size);
      layer.maps.set(layer.maps instanceof Float32Array ? map : checkedHalves(map), image * size);
      from += size;
    }
  }

  /** The earlier images and those added. @throws IadError NO_GOOD_IMAGES if none was added */
  finish(): Gallery {
    const images = this.#count;
    if (images === this.#earlier) {
      throw new IadError('NO_GOOD_IMAGES', 'no good image could be read, there is nothing to learn from', {
        path: 'SPADE',
        hint: 'Without skipBad, the error names the first image at fault and why.',
      });
    }
    const { images: most, globals, layers } = this.#gallery;
    return {
      images,
      globals: globals.subarray(0, (globals.length / most) * images),
      layers: layers.map((layer) => ({ ...layer, maps: layer.maps.subarray(0, images * floatsOf(layer)) })),
    };
  }
}

function checkMemory(config: SpadeConfig, sizes: readonly LayerSizes[], width: number, images: number): void {
  const { memoryBudget, storage } = config;
  const each = sizes.reduce((sum, layer) => sum + (storage === 'float16' ? 2 : 4) * floatsOf(layer), 4 * width);
  // A little of the file goes to the calibration and the header.
  const room = Math.min(memoryBudget, MAX_MODEL_BYTES - 2 ** 22);
  if (each * images <= room) return;
  const [holds, raise] =
    room === memoryBudget ? ['memoryBudget', 'Raise it, or use'] : ['a model file of 2 GiB', 'Use'];
  const half = storage === 'float32' ? "storage 'float16', " : '';
  const what = `${images} images take ${each} bytes each, ${holds} holds ${Math.floor(room / each)} of them`;
  throw new IadError('MEMORY_BUDGET', what, {
    path: 'SPADE.memoryBudget',
    hint: `${raise} ${half}fewer images or a smaller inputSize.`,
  });
}

function floatsOf({ side, channels }: LayerSizes): number {
  return side * side * channels;
}

function emptyMaps({ storage }: SpadeConfig, length: number): LayerGallery['maps'] {
  return storage === 'float16' ? new Uint16Array(memory(2 * length)) : new Float32Array(memory(4 * length));
}

function memory(bytes: number): ArrayBufferLike {
  // A page that is not cross-origin isolated has no SharedArrayBuffer, not even the name.
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

function checkedHalves(values: Float32Array): Uint16Array {
  const halves = toHalves(values);
  // Features follow a ReLU, so the only infinity is the positive one.
  if (!halves.includes(0x7c00)) return halves;
  throw new IadError('BAD_CONFIG', 'a feature is beyond 65504, the largest float16', {
    path: 'SPADE.storage',
    hint: "Use storage 'float32' with this backbone.",
  });
}
