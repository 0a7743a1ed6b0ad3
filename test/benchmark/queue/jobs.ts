// How workers of these tests carry out trivial jobs.
import { setTimeout as delay } from 'node:timers/promises';
import { trivialWork } from '../../../bench/benchmark/trivial-jobs.js';
import { begin, type Execute, recording } from '../../../src/benchmark/grid/execute.js';
import { abortedError } from '../../../src/runtime/errors.js';
import { CIRCUMSTANCES } from '../grid/stores.js';

/** Takes so many milliseconds, unless it is stopped. */
export function trivialExecute(pause: number): Execute {
  const execute = recording(trivialWork({}), CIRCUMSTANCES);
  return async (job, signal, onProgress) => {
    await delay(pause, undefined, { signal }).catch(() => {
      throw abortedError(signal);
    });
    return execute(job, signal, onProgress);
  };
}

/** Says at once that it went wrong. */
export function failingExecute(code: string | null, message: string): Execute {
  return async (job) => ({ ...begin(job, CIRCUMSTANCES).end(null), status: 'failed', error: { code, message } });
}
