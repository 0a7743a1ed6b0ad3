// A benchmark's configuration: what may be set, the check of what arrives, and errors that say which field and why.
import * as z from 'zod';
import { ARCHITECTURE_NAMES } from '../../backbones/types.js';
import { LAYOUT_NAMES } from '../../data/layouts/registry.js';
import { IadError } from '../../runtime/errors.js';
import { settingSchema } from '../settings/config.js';

const NAME = /^[\w.%+-]+$/;
const whole = (description: string) => z.int().min(0).max(4294967295).describe(description);

const backbone = z
  .union([
    z.string().min(1),
    z.strictObject({
      architecture: z.enum(ARCHITECTURE_NAMES).describe('The network'),
      weights: z.string().min(1).describe('A weights file; relative to this file'),
    }),
  ])
  .describe('A name in the catalogue of weights, or a file with its architecture');

const method = z
  .union([
    z.string().min(1),
    z.strictObject({
      id: z.string().min(1).describe("The method's id, such as patchcore"),
      name: z
        .string()
        .regex(NAME, 'must be of letters, digits and . _ % + -')
        .optional()
        .describe('What the results call it, to tell two configurations of a method apart; default: the id'),
      config: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('Its options besides backbone and seed; the others have their defaults'),
      backbones: z.array(backbone).min(1).optional().describe('Instead of those of the benchmark'),
    }),
  ])
  .describe('A method by its id, or with options');

const dataset = z
  .union([
    z.string().min(1),
    z.strictObject({
      folder: z.string().min(1).describe('The dataset, or the folder of its categories; relative to this file'),
      name: z
        .string()
        .regex(NAME, 'must be of letters, digits and . _ % + -')
        .optional()
        .describe('What the results call it; default: the published dataset that it is, else the folder'),
      layout: z
        .enum(['auto', ...LAYOUT_NAMES])
        .optional()
        .describe('Which dataset it is, see `iad-tf data list`; default: auto, whichever the files show'),
      split: z
        .string()
        .min(1)
        .optional()
        .describe('Where it has several, see `iad-tf data inspect`; default: its first'),
      fold: whole('Which part of a cross validation is tested; default: 0').optional(),
      categories: z.array(z.string().min(1)).min(1).optional().describe('Default: all that there are'),
    }),
  ])
  .describe('A dataset by its folder, or with options');

const setting = z
  .union([z.string().min(1), settingSchema])
  .describe('A learning setting in one word, such as few-shot:m=4,augmentation=rotation, or with options');

export const gridSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors: where the schema of this file lies'),
    modules: z
      .array(z.string().min(1))
      .optional()
      .describe('Files that bring methods of your own, imported in every process; relative to this file'),
    methods: z.array(method).min(1).describe('What is compared'),
    datasets: z.array(dataset).min(1).describe('On what'),
    settings: z.array(setting).min(1).default(['unsupervised']).describe('Under which learning settings'),
    seeds: z
      .array(whole('Number of a repeat'))
      .min(1)
      .optional()
      .describe(
        'Repeats from 0, each with draws and initial values of its own; default: as many as each setting asks for',
      ),
    baseSeed: whole('Seed that every repeat, draw and initial value comes from').default(66),
    backbones: z.array(backbone).min(1).optional().describe("Default: each method's own"),
    cacheFeatures: z
      .boolean()
      .default(false)
      .describe(
        'Keep the outputs of backbones on disk, for all methods with the same one; they are rounded to float16, and there are no times',
      ),
  })
  .describe(
    'What `iad-tf benchmark --config` reads: every method on every dataset and category, under every setting, in every repeat.',
  );

export type GridConfig = z.output<typeof gridSchema>;
export type GridOptions = z.input<typeof gridSchema>;
export type BackboneOption = z.output<typeof backbone>;
export type MethodEntry = Exclude<GridConfig['methods'][number], string>;
export type DatasetEntry = Exclude<GridConfig['datasets'][number], string>;

/** Checks a configuration and fills in its defaults. @throws IadError BAD_CONFIG naming every field at fault, up to five */
export function parseGridConfig(value: unknown): GridConfig {
  const parsed = gridSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => faultsOf(issue, [])).slice(0, 5);
  const [first = { path: '', what: 'not a valid configuration' }, ...others] = faults;
  const rest = others.map(({ path, what }) => `; ${path}: ${what}`).join('');
  throw new IadError('BAD_CONFIG', `${first.what}${rest}`, {
    path: `benchmark${first.path === '' ? '' : '.'}${first.path}`,
    hint: 'See schemas/benchmark.json.',
  });
}

interface Fault {
  readonly path: string;
  readonly what: string;
}

function faultsOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Fault[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), what: 'no such option' }));
  }
  // Of a value that may have one of two forms, the form is meant that it does not fail at once.
  const meant = issue.code === 'invalid_union' ? issue.errors.find((form) => form.some(isInside)) : undefined;
  if (meant) return meant.flatMap((inner) => faultsOf(inner, path));
  return [{ path: path.join('.'), what: issue.message }];
}

function isInside({ path, code }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === 'unrecognized_keys';
}
