// PatchCore's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import type { GeometryConfig } from '../../data/geometry.js';
import { IadError } from '../../runtime/errors.js';
import { parseConfig } from '../parts/parse-config.js';

const LAYER = z.enum(['layer1', 'layer2', 'layer3', 'layer4']);
const ARCHITECTURE = z.enum(['resnet18', 'resnet50', 'wide_resnet50_2', 'resnet50_keras']);

const SCHEMA = z.strictObject({
  /**
   * `official`: the authors' implementation. `anomalib`: that library's, which differs in embedding, projection, start,
   * score and map. The variant sets the defaults of the other fields.
   */
  variant: z.enum(['official', 'anomalib']),
  /** A catalogue id or alias (`resnet50`, `wide_resnet50_2`, ...), or a weights file with its architecture. */
  backbone: z.union([z.string().min(1), z.strictObject({ architecture: ARCHITECTURE, weights: z.string().min(1) })]),
  /** Stages that patches are described by, each once, shallowest first. */
  layers: z
    .array(LAYER)
    .min(1)
    .refine((layers) => layers.every((layer, i) => i === 0 || layer > layers[i - 1]!), {
      error: 'must name each stage once, shallowest first',
    }),
  /**
   * `crop`: short side to `resize`, then the central square of `inputSize` (the paper; the borders of long images are not
   * seen). `stretch`: to a square, aspect ratio not kept. `tile`: short side to `resize`, then overlapping squares that
   * cover everything, seen one after another.
   */
  geometry: z.enum(['crop', 'stretch', 'tile']),
  /** Pixels of the short side before cropping or tiling; with `tile` at least `inputSize`; null: native resolution. */
  resize: z.int().min(32).max(8192).nullable(),
  /** Side of the network's square input, pixels. */
  inputSize: z.int().min(32).max(2048),
  /** Least share of a tile that neighbours overlap by, [0, 0.75]. */
  tileOverlap: z.number().min(0).max(0.75),
  /** Side of the neighbourhood averaged into a patch; odd. */
  patchSize: z.union([z.literal(1), z.literal(3), z.literal(5), z.literal(7)]),
  /** Values per patch after pooling (variant `official`; `anomalib` keeps all channels). */
  dimension: z.int().min(8).max(4096),
  /** Share of all patches kept in the memory bank, (0, 1]; 1 keeps all. */
  coresetRatio: z.number().gt(0).max(1),
  /** Rows of the memory bank; null: by ratio. */
  coresetCount: z.int().min(1).nullable(),
  /** Dimensions in which the coreset is chosen; null: in all of them; `auto`: Johnson-Lindenstrauss at epsilon 0.9. */
  projection: z.union([z.int().min(4).max(4096), z.literal('auto')]).nullable(),
  /** Nearest bank rows averaged into a patch's score. */
  neighbors: z.int().min(1).max(64),
  /** Bank neighbours in the paper's re-weighting of the image score (Eq. 7); 1: off. */
  reweight: z.int().min(1).max(64),
  /** Image score = mean of this many largest patch scores; 1: the paper's maximum. Not together with `reweight`. */
  scoreTop: z.int().min(1).max(1024),
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
  /** Bytes that features may take while fitting, at least 1 MiB. */
  memoryBudget: z.int().min(2 ** 20),
});

export type PatchCoreConfig = Readonly<z.infer<typeof SCHEMA>>;
export type PatchCoreOptions = Partial<PatchCoreConfig>;

const OFFICIAL: PatchCoreConfig = {
  variant: 'official',
  backbone: 'resnet50',
  layers: ['layer2', 'layer3'],
  geometry: 'crop',
  resize: 256,
  inputSize: 224,
  tileOverlap: 0.25,
  patchSize: 3,
  dimension: 1024,
  coresetRatio: 0.1,
  coresetCount: null,
  projection: 128,
  neighbors: 1,
  reweight: 1,
  scoreTop: 1,
  smoothing: 4,
  calibrationShare: 0.1,
  falseAlarmRate: 0.01,
  pixelFalseAlarmRate: 0.01,
  seed: 0,
  memoryBudget: 2 * 2 ** 30,
};

const ANOMALIB: PatchCoreConfig = {
  ...OFFICIAL,
  variant: 'anomalib',
  geometry: 'stretch',
  inputSize: 256,
  projection: 'auto',
  reweight: 9,
};

/**
 * Fills in the variant's defaults and checks every field.
 * @throws IadError BAD_CONFIG naming the first field at fault
 */
export function resolvePatchCoreConfig(options: PatchCoreOptions): PatchCoreConfig {
  const defaults = options.variant === 'anomalib' ? ANOMALIB : OFFICIAL;
  const config = parseConfig('PatchCore', SCHEMA, { ...defaults, ...definedOnly(options) });
  if (config.variant === 'anomalib') refuseUnless(config.patchSize === 3, 'patchSize', "is 3 with variant 'anomalib'");
  if (config.geometry === 'tile' && config.resize !== null) {
    const rule = `is ${config.resize}, with tiles it must be at least inputSize, ${config.inputSize}`;
    refuseUnless(config.resize >= config.inputSize, 'resize', rule);
  }
  if (config.reweight > 1) refuseUnless(config.scoreTop === 1, 'scoreTop', 'must be 1 where reweight is above 1');
  return config;
}

function refuseUnless(holds: boolean, field: string, rule: string): void {
  if (!holds) throw new IadError('BAD_CONFIG', rule, { path: `PatchCore.${field}` });
}

function definedOnly(options: PatchCoreOptions): PatchCoreOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

export function geometryOf(config: PatchCoreConfig): GeometryConfig {
  const { geometry: mode, resize, inputSize, tileOverlap } = config;
  return { mode, resize, inputSize, tileOverlap };
}
