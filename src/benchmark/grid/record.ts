// What a job leaves behind, and what the results folder says of the whole: one definition for types, checks and JSON Schemas.
import * as z from 'zod';
import { evaluationSchema } from '../schema.js';
import { count, text } from '../schema-fields.js';
import { taskManifestSchema } from '../settings/manifest.js';
import type { Frozen } from '../types.js';

const anything = (description: string) => z.record(z.string(), z.unknown()).describe(description);

export const JOB_ID = /^[0-9a-f]{16}$/;

export const jobDescriptionSchema = z
  .object({
    method: z.object({
      id: text("The method's id"),
      name: text('What the results call it'),
      code: z.string().nullable().describe('SHA-256 of the module that brings it; null for a method of the library'),
      config: anything('The full configuration, defaults filled in, with backbone and seed'),
      weights: text(
        'SHA-256 of the weights file that config.backbone names; absent for one of the catalogue',
      ).optional(),
    }),
    setting: z.object({
      id: text('The learning setting in one word, such as few-shot:m=4,augmentation=rotation'),
      options: anything('The same as an object: its kind and options, defaults filled in'),
    }),
    standing: z
      .enum(['served', 'reference'])
      .describe('reference: put beside methods that learn from anomalies, which this one does not'),
    dataset: z.object({
      id: text('What draws and published numbers go by, such as mvtec_ad; the name of a dataset that is not published'),
      name: text('What the results call it'),
      layout: text('Its layout'),
      split: text('Its split; given where the folders say it'),
      fold: count('Which part of a cross validation is tested'),
      categories: z.array(z.string()).min(1).describe('Those of this job, in the order of learning'),
      images: text(
        'SHA-256 of the names, labels and file sizes of the images, with the names, rules and file sizes of their masks',
      ),
    }),
    seed: count('Which repeat, from 0'),
    baseSeed: count('Seed that every repeat, draw and initial value comes from'),
    cacheFeatures: z
      .boolean()
      .describe('Outputs of the backbone came from a cache that methods share, rounded to float16'),
  })
  .describe('The cell of the grid: all that the outcome depends on, besides the machine');

const environment = z.object({
  libraryVersion: text('Version of iad-tf'),
  node: text('Version of Node'),
  platform: text('Operating system and processor, such as linux x64'),
  cpu: text("The processor's name"),
  cores: count('Threads that run at once'),
  memory: count('Bytes of main memory'),
  commit: z
    .string()
    .nullable()
    .describe(
      'Commit of the git repository that the run was started in, with + behind it if files differed; else null',
    ),
});

const task = taskManifestSchema.extend({
  category: text('What was learned'),
  augmentation: z
    .enum(['none', 'copies', 'each-epoch'])
    .describe('Of the training images: none, further copies, or anew whenever one is read'),
  window: z
    .tuple([count('Width'), count('Height')])
    .nullable()
    .describe('Pixels that the published numbers were taken at; null if the setting does not say'),
});

const outcome = z.object({
  after: text('What was learned last before this test: the category, or a stage of the setting'),
  on: text('What was tested on: the category'),
  evaluation: evaluationSchema.describe(
    'As `evaluate --json` writes it: metrics, timings per stage, backend, backbone',
  ),
});

const common = {
  schema: z.literal('iad-tf/job@1'),
  id: z
    .string()
    .regex(JOB_ID)
    .describe("First 16 hex digits of the SHA-256 of the description's JSON with sorted keys"),
  description: jobDescriptionSchema,
  environment: environment.describe('Where it ran'),
  attempts: z
    .int()
    .min(1)
    .describe('How often it was tried: again if its process died, or if no valid record came back'),
  workers: z.int().min(1).nullable().describe('Threads of the job; null: as many as the library takes by itself'),
  parallel: z.int().min(1).describe('Jobs that ran at once on this machine, which timings suffer from'),
  started: z.iso.datetime().describe('When the last attempt began'),
  duration: z.number().min(0).describe('Of the last attempt, milliseconds'),
  peakMemory: z.number().min(0).nullable().describe('Peak resident set size of the process, bytes; null if not known'),
  ownProcess: z.boolean().describe('False: the process did other jobs before, and peakMemory is the largest of all'),
};

export const jobRecordSchema = z
  .discriminatedUnion('status', [
    z.object({
      ...common,
      status: z.literal('done').describe('It was carried out'),
      tasks: z.array(task).min(1).describe('What was learned, one after another'),
      outcomes: z.array(outcome).min(1).describe('One per test'),
    }),
    z.object({
      ...common,
      status: z.literal('failed').describe('It ended in an error'),
      error: z.object({
        code: z.string().nullable().describe('The code of an error of this library'),
        message: text('Why'),
      }),
    }),
  ])
  .describe('One job of `iad-tf benchmark`: jobs/<id>.json in the results folder.');

export const gridManifestSchema = z
  .object({
    schema: z.literal('iad-tf/grid@1'),
    libraryVersion: environment.shape.libraryVersion,
    fingerprint: text('SHA-256 of the ids of all jobs'),
    jobs: z
      .array(z.object({ id: common.id, title: text('For people') }))
      .describe('All jobs of the configuration, in their order'),
    skipped: z
      .array(
        z.object({
          what: text('For people: a method and a setting, or a place and a setting'),
          code: text('The code of the error'),
          reason: text('Why'),
          unserved: z
            .object({ method: text('Its name in the benchmark'), setting: text('The id of the setting') })
            .optional()
            .describe('The method that does not serve a setting; only there where that is why'),
        }),
      )
      .describe('What the configuration asks for and cannot be'),
  })
  .describe('grid.json in the results folder of `iad-tf benchmark`: which jobs the records belong to.');

export type JobRecord = Frozen<z.infer<typeof jobRecordSchema>>;
export type JobTask = Frozen<z.infer<typeof task>>;
export type JobOutcome = Frozen<z.infer<typeof outcome>>;
export type Environment = Frozen<z.infer<typeof environment>>;
export type GridManifest = Frozen<z.infer<typeof gridManifestSchema>>;
