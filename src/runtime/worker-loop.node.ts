// The worker's side of the pool: answers jobs one after another on the thread's message port.
import { parentPort } from 'node:worker_threads';
import { IadError } from './errors.js';
import type { Failure, JobMessage, ReplyMessage } from './pool.node.js';

/** A job's result, and the arrays that belong to it, to be laid out one after another in the shared output buffer. */
export interface Answer<Result> {
  readonly result: Result;
  readonly arrays: readonly Float32Array[];
}

/** Serves jobs until the pool ends the thread. Errors of a job go back as its answer; they do not end the worker. */
export function serveJobs<Job, Result>(answer: (job: Job) => Promise<Answer<Result>>): void {
  const port = parentPort;
  if (!port)
    throw new IadError('BAD_ARGUMENT', 'this module is a worker thread of the pool, it cannot be run by itself');
  // Jobs queue up behind each other: two at once would only double the memory of one.
  let last = Promise.resolve();
  port.on('message', (message: JobMessage<Job>) => {
    last = last.then(async () => {
      const answered = await reply(message, answer);
      try {
        port.postMessage(answered);
      } catch (error) {
        // A result that cannot travel is that job's failure too.
        port.postMessage({ id: message.id, failure: failureOf(error) });
      }
    });
  });
}

async function reply<Job, Result>(
  { id, job, output }: JobMessage<Job>,
  answer: (job: Job) => Promise<Answer<Result>>,
): Promise<ReplyMessage<Result>> {
  try {
    const { result, arrays } = await answer(job);
    return { id, result, output: pack(arrays, output) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

function pack(arrays: readonly Float32Array[], spare: SharedArrayBuffer | null): SharedArrayBuffer | null {
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  if (length === 0) return spare;
  const bytes = length * Float32Array.BYTES_PER_ELEMENT;
  const output = spare && spare.byteLength >= bytes ? spare : new SharedArrayBuffer(bytes);
  const all = new Float32Array(output);
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return output;
}

function failureOf(error: unknown): Failure {
  if (error instanceof IadError) {
    const { code, message, path, hint } = error;
    return { code, message, details: { ...(path !== undefined && { path }), ...(hint !== undefined && { hint }) } };
  }
  return { code: null, message: error instanceof Error ? error.message : String(error), details: {} };
}
