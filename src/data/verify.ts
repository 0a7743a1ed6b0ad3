// The thorough check: decodes every image and mask of a dataset, one at a time.
import { IadError, throwIfAborted } from '../runtime/errors.js';
import { type OnProgress, stageProgress } from '../runtime/progress.js';
import { loadImage, loadMask } from './load.js';
import type { Dataset } from './types.js';

export interface VerifyReport {
  readonly images: number;
  readonly masks: number;
  /** Files that cannot be used: one message each. */
  readonly problems: readonly string[];
  /** Ids of anomalous images whose masks have no anomalous pixel; they stay anomalous at image level. */
  readonly emptyMasks: readonly string[];
}

/**
 * Decodes everything; a bad file is reported, not thrown. Takes as long as reading all images does.
 * @throws IadError `ABORTED`
 */
export async function verifyDataset(
  dataset: Dataset,
  options: { onProgress?: OnProgress; signal?: AbortSignal } = {},
): Promise<VerifyReport> {
  const samples = [...dataset.train, ...dataset.test];
  const report = stageProgress(options.onProgress, 'verify', samples.length);
  const problems: string[] = [];
  const emptyMasks: string[] = [];
  let masks = 0;
  for (const [index, sample] of samples.entries()) {
    throwIfAborted(options.signal);
    try {
      await loadImage(sample.image, { path: sample.id });
      const mask = await loadMask(sample);
      if (mask) {
        masks++;
        if (!mask.data.includes(1)) emptyMasks.push(sample.id);
      }
    } catch (error) {
      if (!(error instanceof IadError)) throw error;
      problems.push(error.message);
    }
    report(index + 1);
  }
  return { images: samples.length, masks, problems, emptyMasks };
}
