// PaDiM's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import { layerChannels } from '../../backbones/architecture.js';
import type { Architecture } from '../../backbones/types.js';
import { Random } from '../../runtime/random.js';
import { definedOnly, FROZEN_DEFAULTS, FROZEN_FIELDS, refuseUnless } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';

const SCHEMA = z.strictObject({
  ...FROZEN_FIELDS,
  /**
   * `crop`: short side to `resize`, then the central square of `inputSize` (the paper; the borders of long images are not
   * seen). `stretch`: to a square, aspect ratio not kept. There are no tiles: every position of the input has a Gaussian of its
   * own, which only means something where all images show the same there.
   */
  geometry: z.enum(['crop', 'stretch']),
  /**
   * Channels kept of all layers' together, drawn at random by the seed: at least 1. `auto`: the paper's, 100 of ResNet-18's 448 and 550
   * of the others' 1792 (all, if the layers have no more). `all`: every one.
   */
  dims: z.union([z.int().min(1).max(4096), z.enum(['auto', 'all'])]),
  /** Added to every variance, from 0 up; with 0 a position needs more images than channels. */
  ridge: z.number().min(0).max(1e6),
});

export type PaDiMConfig = Readonly<z.infer<typeof SCHEMA>>;
export type PaDiMOptions = Partial<PaDiMConfig>;

const DEFAULTS: PaDiMConfig = {
  ...FROZEN_DEFAULTS,
  layers: ['layer1', 'layer2', 'layer3'],
  geometry: 'crop',
  dims: 'auto',
  ridge: 0.01,
  memoryBudget: 2 ** 30,
};

/** Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolvePaDiMConfig(options: PaDiMOptions): PaDiMConfig {
  return parseConfig('PaDiM', SCHEMA, { ...DEFAULTS, ...definedOnly(options) });
}

/**
 * Which channels are kept of the layers' concatenation, ascending; the same for all positions.
 * @throws IadError BAD_CONFIG if more are wanted than there are
 */
export function chooseChannels(config: PaDiMConfig, architecture: Architecture): number[] {
  const { dims, seed } = config;
  const total = channelCount(config, architecture);
  const paper = architecture === 'resnet18' ? 100 : 550;
  const wanted = dims === 'all' ? total : dims === 'auto' ? Math.min(paper, total) : dims;
  refuseUnless(wanted <= total, 'PaDiM.dims', `is ${wanted}, the layers of ${architecture} have ${total} channels`);
  return Random.forKey('padim|channels', seed)
    .sample(total, wanted)
    .sort((a, b) => a - b);
}

/** Channels of all layers together. */
export function channelCount({ layers }: PaDiMConfig, architecture: Architecture): number {
  return layers.reduce((sum, layer) => sum + layerChannels(architecture, layer), 0);
}
