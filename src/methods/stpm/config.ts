// STPM's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import { isResNet } from '../../backbones/architecture.js';
import { architectureOf } from '../../backbones/catalogue.js';
import { definedOnly, FROZEN_DEFAULTS, refuseUnless } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';
import { TRAINED_DEFAULTS, TRAINED_FIELDS } from '../parts/trained/index.js';

const SCHEMA = z.strictObject({
  ...TRAINED_FIELDS,
  /**
   * Share of the images that are not trained on, but choose the epoch: the one that is kept has the smallest mean map on them. [0, 0.5];
   * 0: the last epoch is kept.
   */
  validationShare: z.number().min(0).max(0.5),
});

export type STPMConfig = Readonly<z.infer<typeof SCHEMA>>;
export type STPMOptions = Partial<STPMConfig>;

/** The official code's; its published figures are of 200 epochs. */
const DEFAULTS: STPMConfig = {
  ...FROZEN_DEFAULTS,
  ...TRAINED_DEFAULTS,
  backbone: 'resnet18',
  layers: ['layer1', 'layer2', 'layer3'],
  epochs: 100,
  batchSize: 32,
  learningRate: 0.4,
  weightDecay: 1e-4,
  validationShare: 0.2,
};

/** Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolveSTPMConfig(options: STPMOptions): STPMConfig {
  const config = parseConfig('STPM', SCHEMA, { ...DEFAULTS, ...definedOnly(options) });
  const architecture = architectureOf(config.backbone);
  refuseUnless(isResNet(architecture), 'STPM.backbone', `is ${architecture}, its student must be a ResNet`);
  return config;
}
