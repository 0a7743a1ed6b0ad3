// DifferNet's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import { deepLayer } from '../parts/deep-layer.js';
import { definedOnly, FROZEN_DEFAULTS, refuseUnless } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';
import { TRAINED_DEFAULTS, TRAINED_FIELDS } from '../parts/trained/index.js';
import { SCALES } from './network.js';

export const ROTATIONS = ['fixed', 'random'] as const;
export const LOCALISATIONS = ['gradient', 'none'] as const;

/** Of the factor's distance from 1. */
const jitter = z.number().min(0).max(1);

const SCHEMA = z.strictObject({
  ...TRAINED_FIELDS,
  /** Coupling blocks of the flow. */
  blocks: z.int().min(1).max(64),
  /** Width of the subnets' three hidden layers. */
  hidden: z.int().min(1).max(8192),
  /** Randomly turned copies of every image in a training step. */
  copies: z.int().min(1).max(64),
  /**
   * The angles that an image is scored at. `fixed`: evenly spaced from 0 to 360 degrees. `random`: drawn once by the seed, the same for all
   * images (the reference draws them anew each time, which moves the scores).
   */
  rotations: z.enum(ROTATIONS),
  /** How many angles; the time of a prediction grows in proportion. */
  rotationCount: z.int().min(1).max(1024),
  /**
   * `gradient`: the map is made of the gradient of the loss by the pixels, at all angles: some three times the work of the score alone.
   * `none`: there is no localisation, the map is the score everywhere.
   */
  localisation: z.enum(LOCALISATIONS),
  /** Random change of the training images' brightness, contrast and saturation, by factors from 1 - j to 1 + j. */
  brightness: jitter,
  contrast: jitter,
  saturation: jitter,
});

/** @property smoothing standard deviation of the Gaussian over the gradients, pixels of the input */
export type DifferNetConfig = Readonly<z.infer<typeof SCHEMA>>;
export type DifferNetOptions = Partial<DifferNetConfig>;

const DEFAULTS: DifferNetConfig = {
  ...FROZEN_DEFAULTS,
  ...TRAINED_DEFAULTS,
  backbone: 'alexnet',
  layers: ['features.12'],
  resize: 448,
  inputSize: 448,
  smoothing: 3,
  epochs: 192,
  batchSize: 24,
  learningRate: 2e-4,
  weightDecay: 1e-5,
  blocks: 8,
  hidden: 2048,
  copies: 4,
  rotations: 'fixed',
  rotationCount: 64,
  localisation: 'gradient',
  brightness: 0,
  contrast: 0,
  saturation: 0,
};

/** Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolveDifferNetConfig(options: DifferNetOptions): DifferNetConfig {
  const parsed = parseConfig('DifferNet', SCHEMA, { ...DEFAULTS, ...definedOnly(options) });
  const config = options.layers ? parsed : { ...parsed, layers: [deepLayer(parsed.backbone)] };
  refuseUnless(
    config.layers.length === 1,
    'DifferNet.layers',
    'must be one layer: its means at three scales are the vector',
  );
  const smallest = 2 ** (SCALES - 1);
  refuseUnless(config.inputSize % smallest === 0, 'DifferNet.inputSize', `must be a multiple of ${smallest}`);
  return config;
}
