// CFLOW-AD's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import { definedOnly, FROZEN_DEFAULTS } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';
import { TRAINED_DEFAULTS, TRAINED_FIELDS } from '../parts/trained/config.js';

const SCHEMA = z.strictObject({
  ...TRAINED_FIELDS,
  /** Coupling blocks of each level's decoder. */
  couplings: z.int().min(1).max(64),
  /** Channels of the code of a position: a multiple of 4. */
  positionChannels: z.int().min(4).max(4096).multipleOf(4),
  /** Feature vectors in an optimiser step. */
  fibers: z
    .int()
    .min(1)
    .max(2 ** 20),
  /**
   * Training images are turned by up to so many degrees to either side, anew in every pass, [0, 180]; 0: not at all, and their features
   * are computed once.
   */
  rotation: z.number().min(0).max(180),
  /**
   * What the backbone's convolutions find beyond the border: `reflect` mirrors the image, as the authors' code does, `zeros` is what
   * the weights were trained with.
   */
  encoderPadding: z.enum(['reflect', 'zeros']),
});

export type CFlowConfig = Readonly<z.infer<typeof SCHEMA>>;
export type CFlowOptions = Partial<CFlowConfig>;

const DEFAULTS: CFlowConfig = {
  ...FROZEN_DEFAULTS,
  ...TRAINED_DEFAULTS,
  layers: ['layer2', 'layer3', 'layer4'],
  epochs: 200,
  batchSize: 32,
  learningRate: 2e-4,
  weightDecay: 0,
  couplings: 8,
  positionChannels: 128,
  fibers: 256,
  rotation: 5,
  encoderPadding: 'reflect',
};

/** Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolveCFlowConfig(options: CFlowOptions): CFlowConfig {
  return parseConfig('CFlow', SCHEMA, { ...DEFAULTS, ...definedOnly(options) });
}
