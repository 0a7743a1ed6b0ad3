// The manifest of a task: which images were trained on and tested with, in a form that results can refer to by its hash.
import { sha256 } from '../../runtime/sha256.js';
import type { Draw } from './sampling.js';
import type { Cap, LearningTask, TaskCounts } from './types.js';

export interface TaskManifest {
  readonly task: string;
  readonly counts: TaskCounts;
  readonly capped: Cap | null;
  /** Each with the SHA-256 over the drawn ids. */
  readonly draws: readonly (Draw & { readonly sha256: string })[];
  /** SHA-256 over the ids of the training images, copies included, in their order. */
  readonly trainSha256: string;
  /** SHA-256 over the ids of the test images, in their order. */
  readonly testSha256: string;
}

/** Ids are joined by line feeds, in UTF-8; hashes are lower-case hex. */
export async function taskManifest(task: LearningTask): Promise<TaskManifest> {
  const { counts, capped } = task;
  return {
    task: task.id,
    counts,
    capped,
    draws: await Promise.all(task.draws.map(async (draw) => ({ ...draw, sha256: await hashOf(draw.chosen) }))),
    trainSha256: await hashOf(task.train.map(({ sample }) => sample.id)),
    testSha256: await hashOf(task.test.map(({ id }) => id)),
  };
}

function hashOf(ids: readonly string[]): Promise<string> {
  return sha256(new TextEncoder().encode(ids.join('\n')));
}
