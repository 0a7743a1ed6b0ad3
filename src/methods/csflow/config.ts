// CS-Flow's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import { deepLayer } from '../parts/deep-layer.js';
import { definedOnly, FROZEN_DEFAULTS, refuseUnless } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';
import { SHRINKINGS, TRAINED_DEFAULTS, TRAINED_FIELDS } from '../parts/trained/index.js';
import { SCALES } from './network.js';

const SCHEMA = z.strictObject({
  ...TRAINED_FIELDS,
  /** Coupling blocks of the flow. */
  blocks: z.int().min(1).max(16),
  /** Hidden channels of the subnets. The number of parameters and the time of a step grow in proportion. */
  hidden: z.int().min(1).max(4096),
  /**
   * How the two smaller scales are made of the view. `nearest`: every second, every fourth pixel (the paper; fine patterns alias).
   * `mean`: the mean of the pixels.
   */
  shrinking: z.enum(SHRINKINGS),
});

export type CsFlowConfig = Readonly<z.infer<typeof SCHEMA>>;
export type CsFlowOptions = Partial<CsFlowConfig>;

const DEFAULTS: CsFlowConfig = {
  ...FROZEN_DEFAULTS,
  ...TRAINED_DEFAULTS,
  backbone: 'efficientnet_b5_tf',
  layers: ['features.6'],
  resize: 768,
  inputSize: 768,
  epochs: 240,
  batchSize: 16,
  learningRate: 2e-4,
  weightDecay: 1e-5,
  blocks: 4,
  hidden: 1024,
  shrinking: 'nearest',
};

/** Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolveCsFlowConfig(options: CsFlowOptions): CsFlowConfig {
  const parsed = parseConfig('CS-Flow', SCHEMA, { ...DEFAULTS, ...definedOnly(options) });
  const config = options.layers ? parsed : { ...parsed, layers: [deepLayer(parsed.backbone)] };
  refuseUnless(
    config.layers.length === 1,
    'CS-Flow.layers',
    'must be one layer: its output at three scales is what the flow sees',
  );
  const smallest = 2 ** (SCALES - 1);
  refuseUnless(config.inputSize % smallest === 0, 'CS-Flow.inputSize', `must be a multiple of ${smallest}`);
  return config;
}
