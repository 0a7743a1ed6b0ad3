// The configuration of methods that users define: the fields that all of them have, and those of the definition.
import * as z from 'zod';
import type { GeometryConfig } from '../../data/geometry.js';
import { IadError } from '../../runtime/errors.js';
import { definedOnly, FROZEN_DEFAULTS, FROZEN_FIELDS } from '../parts/frozen-config.js';
import { parseConfig } from '../parts/parse-config.js';
import type { MethodDefinition, OwnArrays, OwnConfig, OwnOptions } from './definition.js';

const { backbone: _, layers: __, ...FIELDS } = FROZEN_FIELDS;

const COMMON = z.strictObject({
  ...FIELDS,
  /** `crop`: short side to `resize`, then the central square of `inputSize`. `stretch`: to a square, aspect ratio not kept. */
  geometry: z.enum(['crop', 'stretch']),
});

export type CommonConfig = Readonly<z.infer<typeof COMMON>>;

const { backbone: ___, ...FROZEN } = FROZEN_DEFAULTS;
const DEFAULTS: CommonConfig = { ...FROZEN, geometry: 'crop', memoryBudget: 2 ** 30 };

/**
 * Fills in the defaults and checks every field. @throws IadError BAD_CONFIG naming the first field at fault
 */
export function resolveOwnConfig<Options extends OwnOptions, Learned extends OwnArrays>(
  { id, options: own }: MethodDefinition<Options, Learned>,
  options: object,
): OwnConfig<Options> {
  const schema = COMMON.extend(
    Object.fromEntries(Object.entries(own ?? {}).map(([name, value]) => [name, like(value)])),
  );
  const config = parseConfig(id, schema, { ...DEFAULTS, ...own, ...definedOnly(options) });
  // The schema is made of the same entries as the type.
  return config as typeof config & OwnConfig<Options>;
}

/** @throws IadError BAD_ARGUMENT for an option that all methods have, or with a default of another type */
export function checkOptions(options: OwnOptions, path: string): void {
  for (const [name, value] of Object.entries(options)) {
    const field = `${path}.options.${name}`;
    if (Object.hasOwn(COMMON.shape, name) || name === 'backbone') {
      const hint = 'Give it another name.';
      throw new IadError('BAD_ARGUMENT', 'an option of this name is there already', { path: field, hint });
    }
    if (like(value).safeParse(value).success) continue;
    const hint = 'Use a finite number, a text, or true or false.';
    throw new IadError('BAD_ARGUMENT', 'not a default that an option can have', { path: field, hint });
  }
}

function like(value: unknown): z.ZodType {
  if (typeof value === 'number') return z.number();
  if (typeof value === 'string') return z.string();
  return z.boolean();
}

export function geometryOf({ geometry: mode, resize, inputSize }: CommonConfig): GeometryConfig {
  return { mode, resize, inputSize, tileOverlap: 0 };
}
