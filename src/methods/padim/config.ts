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
   * How the channels of all layers together become fewer, by the seed. `select`: some are kept. `orthogonal`: all are projected by a random
   * matrix with orthonormal columns, and variances are divided by the number of images instead of one less; sets the default of `inputSize` to 256.
   */
  embedding: z.enum(['select', 'orthogonal']),
  /**
   * Dimensions that are left: at least 1. `auto`: the papers', with `select` 100 of ResNet-18's 448 channels and 550 of the others' 1792,
   * with `orthogonal` 100 and 300 (all, if the layers have no more). `all`: as many as there are channels.
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
  embedding: 'select',
  dims: 'auto',
  ridge: 0.01,
  memoryBudget: 2 ** 30,
};

const ORTHOGONAL: PaDiMConfig = { ...DEFAULTS, embedding: 'orthogonal', inputSize: 256 };

/** What `auto` stands for: with ResNet-18, and with the others. */
const AUTO_DIMS = { select: [100, 550], orthogonal: [100, 300] } as const;

/** Fills in the embedding's defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolvePaDiMConfig(options: PaDiMOptions): PaDiMConfig {
  const defaults = options.embedding === 'orthogonal' ? ORTHOGONAL : DEFAULTS;
  return parseConfig('PaDiM', SCHEMA, { ...defaults, ...definedOnly(options) });
}

/**
 * Which channels are kept of the layers' concatenation, ascending; the same for all positions.
 * @throws IadError BAD_CONFIG if more are wanted than there are
 */
export function chooseChannels(config: PaDiMConfig, architecture: Architecture): number[] {
  return Random.forKey('padim|channels', config.seed)
    .sample(channelCount(config, architecture), wantedDims(config, architecture))
    .sort((a, b) => a - b);
}

/** Dimensions that are left of the layers' channels. @throws IadError BAD_CONFIG if more are wanted than there are */
export function wantedDims(config: PaDiMConfig, architecture: Architecture): number {
  const { dims, embedding } = config;
  const total = channelCount(config, architecture);
  const [small, large] = AUTO_DIMS[embedding];
  const paper = architecture === 'resnet18' ? small : large;
  const wanted = dims === 'all' ? total : dims === 'auto' ? Math.min(paper, total) : dims;
  refuseUnless(wanted <= total, 'PaDiM.dims', `is ${wanted}, the layers of ${architecture} have ${total} channels`);
  return wanted;
}

/** Channels of all layers together. */
export function channelCount({ layers }: PaDiMConfig, architecture: Architecture): number {
  return layers.reduce((sum, layer) => sum + layerChannels(architecture, layer), 0);
}
