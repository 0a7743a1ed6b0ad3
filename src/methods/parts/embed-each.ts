// Embeds image after image on threads, for fitting.
import { type OnProgress, stageProgress } from '../../runtime/progress.js';
import { isBadImage, type NamedImage } from './inputs.js';
import type { JobAnswer } from './session.js';
import type { Threads } from './threads.js';

/** How a caller follows the embedding of several images. */
export interface EmbedWatch {
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
  /** Leave out images that cannot be read. */
  readonly skipBad: boolean;
}

export interface Embedded {
  readonly index: number;
  readonly arrays: JobAnswer['arrays'];
}

/** @param skipped where images left out are listed */
export async function* embedEach(
  images: readonly NamedImage[],
  threads: Threads,
  stage: string,
  { onProgress, signal, skipBad }: EmbedWatch,
  skipped: { id: string; reason: string }[],
): AsyncGenerator<Embedded, void, undefined> {
  const progress = stageProgress(onProgress, stage, images.length);
  let index = 0;
  for await (const outcome of threads.run(images, signal)) {
    if (!('error' in outcome)) yield { index, arrays: outcome.arrays };
    else if (skipBad && isBadImage(outcome.error)) {
      skipped.push({ id: images[index]!.id, reason: outcome.error.message });
    } else throw outcome.error;
    progress(++index);
  }
}
