// SPADE's configuration: what may be set, its defaults, and the check of what arrives.
import * as z from 'zod';
import { definedOnly, FROZEN_DEFAULTS, FROZEN_FIELDS } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';

const SCHEMA = z.strictObject({
  ...FROZEN_FIELDS,
  /**
   * `crop`: short side to `resize`, then the central square of `inputSize` (the paper; the borders of long images are not
   * seen). `stretch`: to a square, aspect ratio not kept. There are no tiles: good images are found by what the whole input shows.
   */
  geometry: z.enum(['crop', 'stretch']),
  /** Good images that an image is compared with, the nearest ones by their global vectors; all, if there are fewer. The paper's are 50. */
  k: z.int().min(1).max(4096),
  /**
   * `layers`: each layer's features are compared by themselves, and the layers' maps averaged. `concat`: the paper's descriptors, all
   * layers' features in one vector on the first layer's grid; six times the work.
   */
  fusion: z.enum(['layers', 'concat']),
  /** `global`: the mean distance of the global vectors (the paper), which small defects hardly move. `mapMax`: the map's maximum. */
  imageScore: z.enum(['global', 'mapMax']),
  /** How the gallery's maps are kept. `float16` takes half the memory and changes scores in the fourth digit. */
  storage: z.enum(['float32', 'float16']),
});

export type SpadeConfig = Readonly<z.infer<typeof SCHEMA>>;
export type SpadeOptions = Partial<SpadeConfig>;

const DEFAULTS: SpadeConfig = {
  ...FROZEN_DEFAULTS,
  layers: ['layer1', 'layer2', 'layer3'],
  geometry: 'crop',
  k: 5,
  fusion: 'layers',
  imageScore: 'global',
  storage: 'float32',
  memoryBudget: 2 * 2 ** 30,
};

/** Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault */
export function resolveSpadeConfig(options: SpadeOptions): SpadeConfig {
  return parseConfig('SPADE', SCHEMA, { ...DEFAULTS, ...definedOnly(options) });
}
