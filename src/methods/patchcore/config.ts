// PatchCore's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import { definedOnly, FROZEN_DEFAULTS, FROZEN_FIELDS, refuseUnless } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';

const SCHEMA = z.strictObject({
  ...FROZEN_FIELDS,
  /**
   * `official`: the authors' implementation. `anomalib`: that library's, which differs in embedding, projection, start,
   * score and map. The variant sets the defaults of the other fields.
   */
  variant: z.enum(['official', 'anomalib']),
  /**
   * `crop`: short side to `resize`, then the central square of `inputSize` (the paper; the borders of long images are not
   * seen). `stretch`: to a square, aspect ratio not kept. `tile`: short side to `resize`, then overlapping squares that
   * cover everything, seen one after another.
   */
  geometry: z.enum(['crop', 'stretch', 'tile']),
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
});

export type PatchCoreConfig = Readonly<z.infer<typeof SCHEMA>>;
export type PatchCoreOptions = Partial<PatchCoreConfig>;

const OFFICIAL: PatchCoreConfig = {
  ...FROZEN_DEFAULTS,
  variant: 'official',
  layers: ['layer2', 'layer3'],
  geometry: 'crop',
  tileOverlap: 0.25,
  patchSize: 3,
  dimension: 1024,
  coresetRatio: 0.1,
  coresetCount: null,
  projection: 128,
  neighbors: 1,
  reweight: 1,
  scoreTop: 1,
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
  if (config.variant === 'anomalib')
    refuseUnless(config.patchSize === 3, 'PatchCore.patchSize', "is 3 with variant 'anomalib'");
  if (config.geometry === 'tile' && config.resize !== null) {
    const rule = `is ${config.resize}, with tiles it must be at least inputSize, ${config.inputSize}`;
    refuseUnless(config.resize >= config.inputSize, 'PatchCore.resize', rule);
  }
  if (config.reweight > 1)
    refuseUnless(config.scoreTop === 1, 'PatchCore.scoreTop', 'must be 1 where reweight is above 1');
  return config;
}
