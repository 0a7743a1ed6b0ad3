// The fields that the configurations of all methods on frozen features have in common.
import * as z from 'zod';
import { layerChannels, layerNames, layerSide, layerStride } from '../../backbones/architecture.js';
import { architectureOf } from '../../backbones/catalogue.js';
import {
  ALEXNET_LAYERS,
  ARCHITECTURE_NAMES,
  EFFICIENTNET_LAYERS,
  type LayerName,
  RESNET_LAYERS,
} from '../../backbones/types.js';
import type { GeometryConfig } from '../../data/geometry.js';
import { IadError } from '../../runtime/errors.js';

const LAYER = z.enum([...RESNET_LAYERS, ...EFFICIENTNET_LAYERS, ...ALEXNET_LAYERS]);
const ARCHITECTURE = z.enum(ARCHITECTURE_NAMES);

export const FROZEN_FIELDS = {
  /** A catalogue id or alias (`resnet50`, `wide_resnet50_2`, ...), or a weights file with its architecture. */
  backbone: z.union([z.string().min(1), z.strictObject({ architecture: ARCHITECTURE, weights: z.string().min(1) })]),
  /** Layers that patches are described by, each once, shallowest first; `FrozenFeatureMethod` checks that the backbone has them. */
  layers: z
    .array(LAYER)
    .min(1)
    .refine((layers) => ARCHITECTURE_NAMES.some((name) => areInOrder(layers, layerNames(name))), {
      error: "must name layers of one network's, each once, shallowest first",
    }),
  /** Pixels of the short side before cropping or tiling; with `tile` at least `inputSize`; null: native resolution. */
  resize: z.int().min(32).max(8192).nullable(),
  /** Side of the network's square input, pixels. */
  inputSize: z.int().min(32).max(2048),
  /** Standard deviation of the Gaussian over the anomaly map, pixels of the input; 0: none. */
  smoothing: z.number().min(0).max(32),
  /** Share of the good images held out to set the thresholds, [0, 0.5]; 0: no thresholds. */
  calibrationShare: z.number().min(0).max(0.5),
  /** Wanted share of good images flagged, (0, 1). */
  falseAlarmRate: z.number().gt(0).lt(1),
  /** Wanted share of good images' pixels flagged, (0, 1). */
  pixelFalseAlarmRate: z.number().gt(0).lt(1),
  /** Any integer in 0..2^32-1. */
  seed: z.int().min(0).max(4294967295),
  /** Bytes that the method may work with while fitting, at least 1 MiB; the method says what for. */
  memoryBudget: z.int().min(2 ** 20),
};

const FROZEN = z.object(FROZEN_FIELDS);

export type FrozenConfig = Readonly<z.infer<typeof FROZEN>> & {
  readonly geometry: GeometryConfig['mode'];
  readonly tileOverlap?: number;
};

/** Defaults that hold whatever is done with the features. */
export const FROZEN_DEFAULTS = {
  backbone: 'resnet50',
  resize: 256,
  inputSize: 224,
  smoothing: 4,
  calibrationShare: 0.1,
  falseAlarmRate: 0.01,
  pixelFalseAlarmRate: 0.01,
  seed: 0,
} as const;

function areInOrder(layers: readonly LayerName[], all: readonly LayerName[]): boolean {
  return layers.every((layer, i) => all.indexOf(layer) > (i === 0 ? -1 : all.indexOf(layers[i - 1] ?? layer)));
}

/**
 * Whether the backbone has the layers, and the input is large enough for them.
 * @param owner whose configuration it is, for the message
 * @throws IadError BAD_CONFIG naming what there is instead; WEIGHTS_UNKNOWN for a backbone that the catalogue does not know
 */
export function checkLayers(
  owner: string,
  { backbone, layers, inputSize }: Pick<FrozenConfig, 'backbone' | 'layers' | 'inputSize'>,
): void {
  const architecture = architectureOf(backbone);
  const all = layerNames(architecture);
  for (const layer of layers) {
    if (!all.includes(layer)) {
      const facts = (name: LayerName) =>
        `1/${layerStride(architecture, name)}, ${layerChannels(architecture, name)} channels`;
      throw new IadError('BAD_CONFIG', `${layer} is no layer of ${architecture}`, {
        path: `${owner}.layers`,
        hint: `It has ${all.map((name) => `${name} (${facts(name)})`).join(', ')}.`,
      });
    }
    const rule = `${inputSize} is too small for ${layer} of ${architecture}`;
    refuseUnless(layerSide(architecture, layer, inputSize) > 0, `${owner}.inputSize`, rule);
  }
}

export function geometryOf({ geometry: mode, resize, inputSize, tileOverlap = 0 }: FrozenConfig): GeometryConfig {
  return { mode, resize, inputSize, tileOverlap };
}

/** An option that is undefined stands for its default. */
export function definedOnly<T extends object>(options: T): Partial<T> {
  const partial: Partial<T> = { ...options };
  for (const key in partial) if (partial[key] === undefined) delete partial[key];
  return partial;
}

/** For rules between fields. @throws IadError BAD_CONFIG */
export function refuseUnless(holds: boolean, path: string, rule: string): void {
  if (!holds) throw new IadError('BAD_CONFIG', rule, { path });
}
