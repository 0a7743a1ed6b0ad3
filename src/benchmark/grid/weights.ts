// Weights files of users: a job is carried out with that which it was made for, or not at all.
import { hashWeights } from '#platform/backbones/store';
import { IadError } from '../../runtime/errors.js';
import type { Job } from './job.js';

/**
 * That the weights file of a job has the bytes that it had where the job was made.
 * @throws IadError RESULTS_MISMATCH if not; WEIGHTS_MISSING
 */
export async function checkWeights({ description, weights }: Pick<Job, 'description' | 'weights'>): Promise<void> {
  if (weights === null || (await hashWeights(weights)) === description.method.weights) return;
  throw new IadError('RESULTS_MISMATCH', 'other weights than the job was made for', {
    path: weights,
    hint: 'Bring the same file here, or run the benchmark with this one into an empty folder.',
  });
}
