// A pool of worker threads that answers jobs in order, with back-pressure, cancellation and honest failures.
import { Worker } from 'node:worker_threads';

import { abortedError, IadError, type IadErrorCode, type IadErrorDetails, throwIfAborted } from './errors.js';

/** What travels to a worker: `output` is the buffer that the job's result may be written into. */
export interface JobMessage<Job> {
  readonly id: number;
  readonly job: Job;
  readonly output: SharedArrayBuffer | null;
}

/** What comes back. `output` is the buffer written into: the one sent, or a larger one where that was too small. */
export type ReplyMessage<Result> =
  | { readonly id: number; readonly result: Result; readonly output: SharedArrayBuffer | null }
  | { readonly id: number; readonly failure: Failure };

/** An error on its way between threads. */
export interface Failure {
  readonly code: IadErrorCode | null;
  readonly message: string;
  readonly details: Pick<IadErrorDetails, 'path' | 'hint'>;
}

/** One job's end: its result with the shared buffer that holds its arrays, or why it failed. */
export type Outcome<Result> =
  | { readonly result: Result; readonly output: SharedArrayBuffer | null }
  | { readonly error: Error };

/** Thrown on this side for an error of the worker; its message is complete already. */
class RemoteError extends IadError {
  constructor(code: IadErrorCode, { message, details }: Failure) {
    super(code, '', details);
    this.message = message;
  }
}

interface Waiting<Result> {
  readonly label: string;
  settle(outcome: Outcome<Result>): void;
}

interface Seat<Result> {
  readonly worker: Worker;
  /** Jobs sent and not answered, oldest first. */
  readonly waiting: Map<number, Waiting<Result>>;
}

/** Jobs that one worker holds: one at work and one waiting, so that it never idles between two. */
const JOBS_PER_WORKER = 2;

/**
 * @typeParam Init posted to each worker as `workerData`; put large arrays on SharedArrayBuffers, they are then not copied
 */
export class WorkerPool<Init, Job, Result> {
  readonly #seats: Seat<Result>[];
  readonly #spareOutputs: SharedArrayBuffer[] = [];
  #nextId = 0;
  /** Set once a worker died or the pool was closed: every later job fails with it. */
  #broken: IadError | undefined;
  #closing = false;

  constructor(script: URL, init: Init, size: number) {
    this.#seats = Array.from({ length: size }, () => this.#hire(script, init));
  }

  /**
   * Runs the jobs and yields their outcomes in the order of the jobs. At most two jobs per worker are under way; an
   * outcome's `output` may be reused once the next one is asked for, so copy what must stay.
   * @param describe names a job in the message should its worker die
   * @throws IadError ABORTED when the signal fires, WORKER_CRASHED when a worker dies
   */
  async *map(
    jobs: Iterable<Job>,
    describe: (job: Job) => string,
    signal?: AbortSignal,
  ): AsyncGenerator<Outcome<Result>, void, undefined> {
    const underWay: Promise<Outcome<Result>>[] = [];
    const source = jobs[Symbol.iterator]();
    const aborted = abortion(signal);
    try {
      for (let more = true; ; ) {
        while (more && underWay.length < this.#seats.length * JOBS_PER_WORKER) {
          const next = source.next();
          if (next.done) more = false;
          else underWay.push(this.#send(next.value, describe(next.value)));
        }
        const oldest = underWay.shift();
        if (!oldest) return;
        const outcome = await Promise.race([oldest, aborted.promise]);
        throwIfAborted(signal);
        if (this.#broken) throw this.#broken;
        yield outcome;
        if ('output' in outcome && outcome.output) this.#spareOutputs.push(outcome.output);
      }
    } finally {
      aborted.forget();
      source.return?.();
    }
  }

  /** Stops the workers at once; jobs still under way fail with ABORTED. Safe to call twice. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#failAll(new IadError('ABORTED', 'the pool was closed', { path: 'WorkerPool' }));
    await Promise.all(this.#seats.map(({ worker }) => worker.terminate()));
  }

  #hire(script: URL, init: Init): Seat<Result> {
    const worker = new Worker(script, { workerData: init });
    const seat: Seat<Result> = { worker, waiting: new Map() };
    worker.on('message', (reply: ReplyMessage<Result>) => {
      const waiting = seat.waiting.get(reply.id);
      seat.waiting.delete(reply.id);
      waiting?.settle('failure' in reply ? { error: revive(reply.failure) } : reply);
    });
    worker.on('error', (cause: unknown) => this.#lose(seat, reasonOf(cause), cause));
    worker.on('messageerror', (cause) => this.#lose(seat, `its answer cannot be read (${reasonOf(cause)})`, cause));
    worker.on('exit', (code) => this.#lose(seat, `its thread ended with exit code ${code}`));
    return seat;
  }

  #lose(seat: Seat<Result>, reason: string, cause?: unknown): void {
    if (this.#closing) return;
    const at = [...seat.waiting.values()][0]?.label;
    this.#failAll(
      new IadError('WORKER_CRASHED', `a worker died: ${reason}`, {
        ...(at === undefined ? {} : { path: at }),
        hint: 'Try fewer workers (less memory at once), or look at what it was working on.',
        cause,
      }),
    );
  }

  /** Ends every job under way, and with it every later one: a wait on an answer that never comes would be a hang. */
  #failAll(error: IadError): void {
    this.#broken ??= error;
    for (const { waiting } of this.#seats) {
      for (const { settle } of waiting.values()) settle({ error: this.#broken });
      waiting.clear();
    }
  }

  #send(job: Job, label: string): Promise<Outcome<Result>> {
    if (this.#broken) return Promise.resolve({ error: this.#broken });
    const id = this.#nextId++;
    const seat = this.#seats.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least));
    return new Promise((settle) => {
      const message: JobMessage<Job> = { id, job, output: this.#spareOutputs.pop() ?? null };
      try {
        seat.worker.postMessage(message);
        seat.waiting.set(id, { label, settle });
      } catch (cause) {
        settle({
          error: new IadError('BAD_ARGUMENT', `cannot be sent to a worker (${reasonOf(cause)})`, {
            path: label,
            cause,
          }),
        });
      }
    });
  }
}

/** Whatever was thrown: errors of another thread may arrive as plain objects. */
function reasonOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
}

function revive(failure: Failure): Error {
  return failure.code === null ? new Error(failure.message) : new RemoteError(failure.code, failure);
}

/** A promise that settles when the signal fires, and a way to stop listening. */
function abortion(signal: AbortSignal | undefined): { promise: Promise<never>; forget(): void } {
  let forget = () => {};
  const promise = new Promise<never>((_, reject) => {
    if (!signal) return;
    const stop = () => reject(abortedError(signal));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    forget = () => signal.removeEventListener('abort', stop);
  });
  promise.catch(() => {});
  return { promise, forget };
}
