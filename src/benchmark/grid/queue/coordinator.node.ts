// The coordinator's side of the queue: puts jobs in, and gives back the record that a worker made of each.
import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobType, Queue } from 'bullmq';
import { abortedError, IadError } from '../../../runtime/errors.js';
import { VERSION } from '../../../runtime/version.js';
import { begin, type Circumstances, type Execute } from '../execute.js';
import type { Job } from '../job.js';
import type { JobRecord } from '../record.js';
import type { QueueAddress } from './address.js';
import { QueueConnection } from './connection.node.js';
import { checkRecord, isStale, plain, QUEUE, type QueuedJob, queuedName } from './messages.js';
import { REFUSALS, type Refusal, refusalsOf, refused } from './refusals.js';

export interface CoordinatorOptions {
  readonly address: QueueAddress;
  /** For the record of a job that no worker brought to an end. */
  readonly circumstances: Omit<Circumstances, 'attempts' | 'ownProcess'>;
  /** Told when jobs wait and no worker is connected, once each time. */
  readonly onNoWorker?: () => void;
  /** Milliseconds; default: PATIENCE of the connection. */
  readonly patience?: number;
}

/** Milliseconds between two looks at what is finished, and at what is missing. */
const LOOK = 250;
const LOOK_FOR_MISSING = 5000;

/** How often a job is put in the queue again whose record is not valid, or that workers died of. */
const ATTEMPTS = 3;

/** Seconds after which records that nobody fetched leave Redis. */
const KEEP = 7 * 24 * 3600;

type Begun = ReturnType<typeof begin>;

interface Wanted {
  readonly job: Job;
  attempts: number;
  inQueue: boolean;
  /** Not one that another run has left there. */
  isOurs: boolean;
  /** The attempt under way, from when a worker was first seen at it. */
  begun: Begun | undefined;
  readonly settle: (end: { readonly record: JobRecord } | { readonly error: unknown }) => void;
}

export class Coordinator {
  readonly #connection: QueueConnection;
  readonly #queue: Queue<QueuedJob>;
  readonly #options: CoordinatorOptions;
  /** By their name in the queue. */
  readonly #wanted = new Map<string, Wanted>();
  #looking = false;
  #active = 0;
  #lonely = false;

  private constructor(connection: QueueConnection, queue: Queue<QueuedJob>, options: CoordinatorOptions) {
    this.#connection = connection;
    this.#queue = queue;
    this.#options = options;
  }

  /** @throws IadError QUEUE_UNAVAILABLE */
  static async open(options: CoordinatorOptions): Promise<Coordinator> {
    const connection = await QueueConnection.open(options.address, options.patience);
    const { Queue } = await import('bullmq');
    const queue: Queue<QueuedJob> = new Queue(QUEUE.name, {
      prefix: QUEUE.prefix,
      connection: connection.options,
      // Events hold whole records, and nobody reads them.
      streams: { events: { maxLen: 1 } },
      defaultJobOptions: { removeOnComplete: { age: KEEP }, removeOnFail: { age: KEEP } },
    });
    // Whether Redis is there, the connection judges; a command that is refused rejects.
    queue.on('error', () => {});
    return new Coordinator(connection, queue, options);
  }

  /** Jobs of this coordinator that workers were at when last looked at, at least 1. */
  get atOnce(): number {
    return Math.max(1, this.#active);
  }

  /**
   * Puts a job in the queue, unless it is there already, and waits for its record.
   * Throws ABORTED, and QUEUE_UNAVAILABLE once Redis was silent for too long or refuses a command.
   */
  readonly execute: Execute = (job, signal) => {
    // One for each job that waits, all at the same signal.
    setMaxListeners(0, signal);
    return new Promise((fulfil, reject) => {
      const name = queuedName(job);
      const stop = () => settle({ error: abortedError(signal) });
      const settle: Wanted['settle'] = (end) => {
        signal.removeEventListener('abort', stop);
        this.#wanted.delete(name);
        if ('record' in end) fulfil(end.record);
        else reject(end.error);
      };
      if (signal.aborted) return reject(abortedError(signal));
      signal.addEventListener('abort', stop);
      this.#wanted.set(name, { job, attempts: 0, inQueue: false, isOurs: false, begun: undefined, settle });
      void this.#look();
    });
  };

  /**
   * Takes what earlier runs have left in Redis of finished jobs away, whose records are written.
   * @throws IadError QUEUE_UNAVAILABLE
   */
  async sweep(ids: Iterable<string>): Promise<void> {
    const finished = new Set(await this.#ids('completed', 'failed'));
    await this.#remove([...ids].map((id) => queuedName({ id })).filter((name) => finished.has(name)));
  }

  /** Takes a finished job away whose record is written. What fails here is swept by a later run, or leaves Redis by its age. */
  forget(job: Job): void {
    this.#remove([queuedName(job)]).catch(() => {});
  }

  /** Takes the jobs that no worker has begun out of the queue, as far as Redis answers, and lets go of it. */
  async close(jobs: readonly Job[]): Promise<void> {
    try {
      const waiting = new Set(await this.#ids('wait'));
      await this.#remove(jobs.map(queuedName).filter((name) => waiting.has(name)));
      await this.#connection.answer(this.#queue.close());
    } catch {
      // Without Redis there is nothing to tidy up: the jobs are found again by their names.
      this.#connection.drop(this.#queue.getBackend().client);
    } finally {
      this.#connection.close();
    }
  }

  get #commit(): string | null {
    return this.#options.circumstances.environment.commit;
  }

  /** Until nothing is wanted. One at a time. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (let checked = Number.NEGATIVE_INFINITY; this.#wanted.size > 0; await delay(LOOK)) {
        const due = performance.now() - checked > LOOK_FOR_MISSING;
        if (due) checked = performance.now();
        await this.#fill(due);
        await this.#collect();
        if (due) await this.#countWorkers();
      }
    } catch (error) {
      for (const { settle } of [...this.#wanted.values()]) settle({ error });
    } finally {
      this.#looking = false;
    }
  }

  /** Puts in what is not there. With `check`, also what was and has gone: Redis may have lost its data. */
  async #fill(check: boolean): Promise<void> {
    if (check) {
      // What an earlier run has left may be of other code. Nobody has begun it: in it goes anew.
      const waiting = await this.#ids('wait');
      await this.#remove(waiting.filter((name) => this.#wanted.get(name)?.isOurs === false));
      const there = new Set(await this.#ids('wait', 'active', 'delayed', 'prioritized', 'completed', 'failed'));
      for (const [name, wanted] of this.#wanted) wanted.inQueue = there.has(name);
    }
    const missing = [...this.#wanted].filter(([, { inQueue }]) => !inQueue);
    if (missing.length === 0) return;
    const entries = missing.map(([name, { job }]) => {
      const { folder, weights } = job;
      const paths = { folder: resolve(folder), weights: weights === null ? null : resolve(weights) };
      return {
        name: 'job',
        data: { version: VERSION, commit: this.#commit, job: { ...job, ...paths } },
        opts: { jobId: name },
      };
    });
    await this.#connection.answer(this.#queue.addBulk(entries));
    for (const [, wanted] of missing) {
      wanted.inQueue = true;
      wanted.isOurs = true;
    }
  }

  async #collect(): Promise<void> {
    const active = (await this.#ids('active')).flatMap((name) => this.#wanted.get(name) ?? []);
    this.#active = active.length;
    for (const wanted of active) wanted.begun ??= this.#begin(wanted);
    for (const name of await this.#ids('completed', 'failed')) {
      const wanted = this.#wanted.get(name);
      if (wanted) await this.#take(name, wanted);
    }
  }

  async #take(name: string, wanted: Wanted): Promise<void> {
    try {
      const found = await this.#connection.answer(this.#queue.getJob(name).catch(unreadable));
      if (found === undefined) wanted.inQueue = false;
      else if (isStale(found.data, this.#commit)) await this.#again(name, wanted);
      else if (found.failedReason) {
        const refusals = refusalsOf(found.data);
        if (refusals.length >= REFUSALS) return await this.#refuse(name, wanted, refusals);
        throw notRun(found.failedReason);
      } else wanted.settle({ record: checkRecord(found.returnvalue, wanted.job) });
    } catch (error) {
      if (!(error instanceof IadError) || error.code === 'QUEUE_UNAVAILABLE') throw error;
      // One that no look has seen was over between two of them.
      const begun = wanted.begun ?? this.#begin(wanted);
      await this.#again(name, wanted);
      wanted.attempts++;
      if (wanted.attempts === ATTEMPTS) wanted.settle({ record: failed(begun, error) });
    }
  }

  /** Not tried again: a machine that can carry it out would not have got it before the next three that cannot. */
  async #refuse(name: string, wanted: Wanted, refusals: readonly Refusal[]): Promise<void> {
    const begun = wanted.begun ?? this.#begin(wanted);
    await this.#again(name, wanted);
    wanted.settle({ record: failed(begun, refused(refusals)) });
  }

  /** Takes a finished job out; the next look puts it in anew. */
  async #again(name: string, wanted: Wanted): Promise<void> {
    await this.#remove([name]);
    wanted.inQueue = false;
    wanted.begun = undefined;
  }

  #begin({ job, attempts }: Wanted): Begun {
    return begin(job, { ...this.#options.circumstances, ownProcess: true, attempts: attempts + 1 });
  }

  async #countWorkers(): Promise<void> {
    // Some services do not let clients be listed; then nothing is known.
    const count = await this.#connection.answer(this.#queue.getWorkersCount().catch(() => null));
    if (count === 0 && !this.#lonely) this.#options.onNoWorker?.();
    this.#lonely = count === 0;
  }

  #ids(...states: JobType[]): Promise<string[]> {
    return this.#connection.answer(this.#queue.getRanges(states, 0, -1));
  }

  async #remove(names: readonly string[]): Promise<void> {
    await this.#connection.answer(Promise.all(names.map((name) => this.#queue.remove(name))));
  }
}

function failed(begun: Begun, { code, message }: Pick<Refusal, 'code' | 'message'>): JobRecord {
  return { ...begun.end(null), status: 'failed', error: { code, message } };
}

function unreadable(error: unknown): never {
  if (!(error instanceof SyntaxError)) throw error;
  throw new IadError('QUEUE_MESSAGE', 'what came back is not JSON', { path: 'queue' });
}

/** Why BullMQ has given a job up, in the library's terms. */
function notRun(reason: string): IadError {
  if (!reason.includes('stalled'))
    return new IadError('QUEUE_MESSAGE', `given up by a worker: ${plain(reason)}`, { path: 'queue' });
  return new IadError('WORKER_CRASHED', 'the workers that took the job died or lost Redis', { path: 'queue' });
}
