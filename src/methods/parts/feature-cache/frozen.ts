// The views of an image through a frozen backbone, by way of the cache. An image whose features are cached is not even decoded.
import * as tf from '@tensorflow/tfjs';
import { readBytes } from '#platform/data/files';
import { layerChannels, layerSide } from '../../../backbones/architecture.js';
import type { Backbone, LayerName } from '../../../backbones/types.js';
import { augmentationText } from '../../../data/augment/index.js';
import { type GeometryConfig, type GeometryPlan, planGeometry } from '../../../data/geometry.js';
import { checkedHeader, MAX_BYTES } from '../../../data/image.js';
import { loadImage } from '../../../data/load.js';
import { sha256 } from '../../../runtime/sha256.js';
import type { NamedImage } from '../inputs.js';
import { viewsOf } from '../open-image.js';
import type { FeatureCache } from './cache.js';
import type { FeatureInputs, FeatureMap, FeatureMaps } from './types.js';

export interface FrozenOptions {
  readonly backbone: Backbone;
  /** Which stage outputs. */
  readonly layers: readonly LayerName[];
  readonly geometry: GeometryConfig;
  readonly cache: FeatureCache;
  /** What the backbone sees of a view; default: the view itself. */
  readonly inputs?: FeatureInputs | undefined;
}

/** An image of which one view after another can be asked for. */
export interface FrozenImage {
  readonly plan: GeometryPlan;
  /**
   * @param input number of the input, where a view has several
   * @returns one map per layer, float16 values in float32; not to be written to, another caller may have been given the same
   */
  features(view: number, input?: number): Promise<FeatureMaps>;
}

/**
 * Reads the size of an image, and of the rest only what the cache lacks: then it is decoded, once, and passes the backbone.
 * @throws IadError as `loadImage`, `planGeometry` and `FeatureCache.get`
 */
export async function openFrozen(
  image: NamedImage,
  { backbone, layers, geometry, cache, inputs }: FrozenOptions,
): Promise<FrozenImage> {
  const { width, height, hash, load } = await open(image);
  const plan = planGeometry(width, height, geometry);
  let views: Promise<(index: number) => Uint8Array> | undefined;
  // Two architectures may have the same weights, and other paddings or means.
  const network = Object.fromEntries(
    layers.map((layer) => [layer, `${backbone.architecture} ${backbone.hashOf(layer)}`]),
  );
  const common = { backbone: network, backend: tf.getBackend(), layers, geometry };
  return {
    plan,
    features(view, input = 0) {
      const key = { ...common, view, image: hash };
      const side = inputs?.sides[input] ?? plan.inputSize;
      return cache.get(
        inputs ? { ...key, input: `${inputs.name}#${input}` } : key,
        async (missing) => {
          views ??= load().then((whole) => viewsOf(whole, plan, image.augmentation));
          return forward(backbone, missing, seen((await views)(view), plan.inputSize, inputs?.of, input));
        },
        (layer, { shape }) => shape.join() === shapeOf(backbone, layer, side).join(),
      );
    },
  };
}

/**
 * The features of an image's views, one view after another in the order of its plan, and of each view its inputs.
 * @returns as {@link FrozenImage.features}; at the end the plan
 * @throws IadError as {@link openFrozen}
 */
export async function* frozenFeatures(
  image: NamedImage,
  options: FrozenOptions,
): AsyncGenerator<FeatureMaps, GeometryPlan, void> {
  const { plan, features } = await openFrozen(image, options);
  const inputs = options.inputs?.sides.length ?? 1;
  for (let view = 0; view < plan.views.length; view++) {
    for (let input = 0; input < inputs; input++) yield await features(view, input);
  }
  return plan;
}

/** Of the features of a square image. */
function shapeOf({ architecture }: Backbone, layer: LayerName, side: number): FeatureMap['shape'] {
  const grid = layerSide(architecture, layer, side);
  return [grid, grid, layerChannels(architecture, layer)];
}

/**
 * What tells one image's content, and how it is augmented, from another's; pixels that are decoded already are another content than their
 * file.
 */
export async function contentHash(image: NamedImage): Promise<string> {
  return (await open(image)).hash;
}

/** Size and hash without decoding. Pixels that are decoded already are not the same content as the file they came from. */
async function open({ id, source, augmentation }: NamedImage) {
  const changed = augmentation ? augmentationText(augmentation) : '';
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
    const { width, height, data } = await loadImage(source, { path: id });
    const hash = `pixels ${width} x ${height} ${await sha256(data)}${changed}`;
    return { width, height, hash, load: async () => source };
  }
  const path = typeof source === 'string' ? source : id;
  const bytes = typeof source === 'string' ? await readBytes(source, MAX_BYTES) : source;
  const header = checkedHeader(bytes, { path });
  const turned = header.orientation >= 5;
  return {
    width: turned ? header.height : header.width,
    height: turned ? header.width : header.height,
    hash: `file ${await sha256(bytes)}${changed}`,
    load: () => loadImage(bytes, { path }),
  };
}

/** [1, side, side, 3] */
function seen(view: Uint8Array, side: number, inputsOf: FeatureInputs['of'] | undefined, input: number): tf.Tensor4D {
  return tf.tidy(() => {
    const images = tf.tensor4d(Float32Array.from(view), [1, side, side, 3]);
    return inputsOf?.(images)[input] ?? images;
  });
}

/** @param images consumed */
async function forward(backbone: Backbone, layers: readonly LayerName[], images: tf.Tensor4D): Promise<FeatureMaps> {
  let byLayer: Record<LayerName, tf.Tensor4D> | undefined;
  try {
    byLayer = backbone.features(images, layers);
    const maps = new Map<LayerName, FeatureMap>();
    for (const layer of layers) {
      const [, height, width, channels] = byLayer[layer].shape;
      maps.set(layer, { shape: [height, width, channels], data: await byLayer[layer].data<'float32'>() });
    }
    return maps;
  } finally {
    images.dispose();
    if (byLayer) tf.dispose(byLayer);
  }
}
