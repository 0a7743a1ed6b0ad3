// Scores image after image on threads that hold what was learned.
import { type OnProgress, stageProgress } from '../../runtime/progress.js';
import { isBadImage, type NamedImage } from './inputs.js';
import type { Scored } from './prediction.js';
import type { JobResult } from './session.js';
import type { Threads } from './threads.js';

/** How a caller follows the scoring of several images. */
export interface ScoreWatch {
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
  /** Where bad images are listed; null: the first one ends the call. */
  readonly skipped: { id: string; reason: string }[] | null;
}

export async function* scoreEach(
  images: readonly NamedImage[],
  threads: Threads,
  stage: string,
  { onProgress, signal, skipped }: ScoreWatch,
): AsyncGenerator<Scored> {
  const progress = stageProgress(onProgress, stage, images.length);
  let index = 0;
  for await (const outcome of threads.run(images, signal)) {
    const id = images[index]?.id ?? '';
    if (!('error' in outcome)) yield toScored(id, outcome.result, outcome.arrays[0]);
    else if (skipped && isBadImage(outcome.error)) skipped.push({ id, reason: outcome.error.message });
    else throw outcome.error;
    progress(++index);
  }
}

function toScored(id: string, { plan, decode, features, scoring, score }: JobResult, maps: Float32Array): Scored {
  const size = plan.inputSize ** 2;
  // The maps may lie on a buffer that the next image overwrites.
  const viewMaps = plan.views.map((_, view) => maps.slice(view * size, (view + 1) * size));
  return { id, score, viewMaps, plan, timings: { decode, features, scoring } };
}
