// FastFlow's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import type { Architecture } from '../../backbones/types.js';
import { definedOnly, FROZEN_DEFAULTS } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';
import { TRAINED_DEFAULTS, TRAINED_FIELDS } from '../parts/trained/index.js';

const SCHEMA = z.strictObject({
  ...TRAINED_FIELDS,
  /** Steps of the flow of each layer's features. */
  steps: z.int().min(1).max(64),
  /** Filters of the subnets: 3x3 throughout, or 3x3 and 1x1 in turn. `auto`: the paper's, 3x3 throughout for ResNet-18 only. */
  kernels: z.enum(['auto', '3x3', 'alternating']),
  /** Hidden channels of a subnet for each of its input channels; above 0. */
  hiddenRatio: z.number().gt(0).max(16),
  /** How a coupling's log-scale is bounded: 2 tanh(a), or 2 tanh(a / 2) as FrEIA has it since August 2023. */
  tanh: z.enum(['plain', 'scaled']),
  /**
   * What the map holds. `likelihood`: -exp(-mean(z^2) / 2), from -1 to 0 (the paper's reproductions), in which places far from all
   * training data tie at 0. `meanSquare`: mean(z^2), from 0 up, in which they do not.
   */
  measure: z.enum(['likelihood', 'meanSquare']),
  /** Of the map: its maximum, or its mean. */
  imageScore: z.enum(['max', 'mean']),
});

export type FastFlowConfig = Readonly<z.infer<typeof SCHEMA>>;
export type FastFlowOptions = Partial<FastFlowConfig>;

const DEFAULTS: FastFlowConfig = {
  ...FROZEN_DEFAULTS,
  ...TRAINED_DEFAULTS,
  layers: ['layer1', 'layer2', 'layer3'],
  epochs: 500,
  batchSize: 32,
  learningRate: 1e-3,
  weightDecay: 1e-5,
  steps: 8,
  kernels: 'auto',
  hiddenRatio: 1,
  tanh: 'plain',
  measure: 'likelihood',
  imageScore: 'max',
};

/** Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolveFastFlowConfig(options: FastFlowOptions): FastFlowConfig {
  return parseConfig('FastFlow', SCHEMA, { ...DEFAULTS, ...definedOnly(options) });
}

/** The filters of the subnets on a backbone's features. */
export function kernelsOf({ kernels }: FastFlowConfig, architecture: Architecture): '3x3' | 'alternating' {
  if (kernels !== 'auto') return kernels;
  return architecture === 'resnet18' ? '3x3' : 'alternating';
}
