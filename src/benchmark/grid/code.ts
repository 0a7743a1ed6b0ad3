// The code of methods that users bring: a job is carried out by that which it was made for, or not at all.
import { methodCode } from '../../methods/registry.js';
import { IadError } from '../../runtime/errors.js';
import type { Job } from './job.js';

/**
 * That the method of a job is here as it was where the job was made.
 * @throws IadError BAD_ARGUMENT for a user's method that no module brought here, RESULTS_MISMATCH for other code than the job's
 */
export function checkCode({ description }: Pick<Job, 'description'>): void {
  const { id, code } = description.method;
  const here = methodCode(id);
  if (here === code) return;
  const path = `method ${id}`;
  if (here === null) {
    const hint = 'Name the same file here: --module <file>.';
    throw new IadError('BAD_ARGUMENT', 'it comes from a module that was not named here', { path, hint });
  }
  throw new IadError('RESULTS_MISMATCH', 'its module is another one than when the job was made', {
    path,
    hint: 'Bring the same file here, or run the benchmark with this one into an empty folder.',
  });
}
