// The fields that the configurations of all methods on frozen features have in common.
import * as z from 'zod';
import type { GeometryConfig } from '../../data/geometry.js';
import { IadError } from '../../runtime/errors.js';

const LAYER = z.enum(['layer1', 'layer2', 'layer3', 'layer4']);
const ARCHITECTURE = z.enum(['resnet18', 'resnet50', 'wide_resnet50_2', 'resnet50_keras']);

export const FROZEN_FIELDS = {
  /** A catalogue id or alias (`resnet50`, `wide_resnet50_2`, ...), or a weights file with its architecture. */
  backbone: z.union([z.string().min(1), z.strictObject({ architecture: ARCHITECTURE, weights: z.string().min(1) })]),
  /** Stages that patches are described by, each once, shallowest first. */
  layers: z
    .array(LAYER)
    .min(1)
    .refine((layers) => layers.every((layer, i) => i === 0 || layer > layers[i - 1]!), {
      error: 'must name each stage once, shallowest first',
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
