// The manifest of a task: which images were trained on and tested with, in a form that results can refer to by its hash.
import * as z from 'zod';
import { sha256 } from '../../runtime/sha256.js';
import { count, text } from '../schema-fields.js';
import type { Frozen } from '../types.js';
import type { LearningTask } from './types.js';

const hash = (description: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe(`SHA-256, lower-case hex: ${description}`);
const state = count('First state of the generator').max(4294967295);

export const taskManifestSchema = z
  .object({
    task: text('Dataset, category, setting, repeat and base seed'),
    counts: z.object({
      trainNormal: count('Normal training images, each once however many copies there are'),
      trainAnomalous: count('Anomalous images in the training set, as noise or as anomalies'),
      testNormal: count('Normal test images'),
      testAnomalous: count('Anomalous test images'),
      unlabelled: count('Test images of unknown label, left out'),
    }),
    capped: z
      .object({
        wanted: count('Images asked for'),
        used: count('Images there were'),
        reason: text('Why there were no more'),
      })
      .nullable()
      .describe('Null where there were as many as asked for'),
    notes: z.array(z.string()).describe('What a table of results must say besides'),
    draws: z
      .array(
        z.object({
          key: text('dataset|category|purpose|repeat'),
          state: state.describe('First state of the generator: FNV-1a of the key, mixed with the base seed'),
          population: count('Images drawn from'),
          chosen: z.array(z.string()).describe('Paths of those drawn, in drawing order'),
          sha256: hash('of the chosen paths'),
        }),
      )
      .describe('What was drawn; empty where nothing was'),
    seeds: z.object({
      train: state.describe('Seed of the method'),
      augment: state.describe('Seed of augmentation'),
    }),
    trainSha256: hash('of the paths of the training images, copies included, in their order'),
    testSha256: hash('of the paths of the test images, in their order'),
    sha256: hash('of the task and the hashes above, draws first: what a table of results quotes'),
  })
  .describe(
    'Which images a task of a learning setting trains on and tests with. What is hashed is joined by line feeds.',
  );

export type TaskManifest = Frozen<z.infer<typeof taskManifestSchema>>;

/** Ids are joined by line feeds, in UTF-8; hashes are lower-case hex. */
export async function taskManifest(task: LearningTask): Promise<TaskManifest> {
  const { id, counts, capped, notes, seeds } = task;
  const draws = await Promise.all(task.draws.map(async (draw) => ({ ...draw, sha256: await hashOf(draw.chosen) })));
  const trainSha256 = await hashOf(task.train.map(({ sample }) => sample.id));
  const testSha256 = await hashOf(task.test.map((sample) => sample.id));
  const all = await hashOf([id, ...draws.map((draw) => draw.sha256), trainSha256, testSha256]);
  return { task: id, counts, capped, notes, draws, seeds, trainSha256, testSha256, sha256: all };
}

function hashOf(lines: readonly string[]): Promise<string> {
  return sha256(new TextEncoder().encode(lines.join('\n')));
}
