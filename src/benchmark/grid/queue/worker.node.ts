// The worker's side of the queue: takes jobs, has them carried out, and leaves their records.
//
// What is wrong with a job goes into its record. What is wrong with this machine (no such dataset, weights or backend, another
// version of the library) ends the worker, and the job goes back to the head of the queue: a machine that is not fit must
// not use up the jobs of those that are. A job that several machines have put back so is to blame itself, and fails.
import { setMaxListeners } from 'node:events';
import type { Job as TakenJob, Worker } from 'bullmq';
import { abortedError, IadError, type IadErrorCode, throwIfAborted } from '../../../runtime/errors.js';
import { VERSION } from '../../../runtime/version.js';
import type { Execute } from '../execute.js';
import { type Job, jobTitle } from '../job.js';
import type { JobRecord } from '../record.js';
import type { QueueAddress } from './address.js';
import { QueueConnection } from './connection.node.js';
import { checkJob, otherVersion, QUEUE } from './messages.js';
import { REFUSALS, type Refusal, refusalsOf } from './refusals.js';

export interface ServeOptions {
  readonly address: QueueAddress;
  /** Jobs at once. */
  readonly parallel: number;
  /** Names this machine among those that refuse a job. */
  readonly machine: string;
  /** Says where the job's files lie on this machine. @throws IadError if they do not: it ends the worker */
  readonly locate: (job: Job) => Promise<Job>;
  readonly signal: AbortSignal;
  readonly onBegin?: (job: Job) => void;
  readonly onRecord?: (record: JobRecord, job: Job) => void;
  /** Milliseconds; default: PATIENCE of the connection. */
  readonly patience?: number;
  /** Milliseconds after which a job whose worker is silent is given to another. */
  readonly lock?: number;
}

const LOCK = 30_000;

/** Failures that say nothing of the job: a machine that is set up otherwise carries it out. */
const MACHINE = [
  'FOLDER_NOT_FOUND',
  'RESULTS_MISMATCH',
  'WEIGHTS_MISSING',
  'WEIGHTS_HASH',
  'WEIGHTS_DOWNLOAD',
] as const;

/**
 * Carries out jobs of the queue until it is stopped; jobs under way then go back to the queue.
 * @throws IadError ABORTED by the signal; QUEUE_UNAVAILABLE if Redis is silent for too long or refuses; QUEUE_VERSION if the jobs
 *   are of another version; what `locate` throws; what `execute` throws, or records of this machine
 */
export async function serveQueue(execute: Execute, options: ServeOptions): Promise<never> {
  const { address, parallel, signal, patience, lock = LOCK } = options;
  const connection = await QueueConnection.open(address, patience);
  const { UnrecoverableError, WaitingError, Worker } = await import('bullmq');
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const underWay = new Set<Promise<JobRecord>>();
  const answer = async (taken: TakenJob, token: string | undefined): Promise<JobRecord> => {
    const record = carryOut(taken, execute, options, stop.signal);
    underWay.add(record);
    try {
      return await record;
    } catch (error) {
      if (error instanceof IadError && error.code === 'QUEUE_MESSAGE') throw new UnrecoverableError(error.message);
      // This comes first: no further job is to be taken.
      stop.abort(error);
      if (error instanceof Unfit && (await refuse(taken, options.machine, error)) >= REFUSALS) {
        throw new UnrecoverableError(error.message);
      }
      await taken.moveToWait(token);
      throw new WaitingError();
    } finally {
      underWay.delete(record);
    }
  };
  const worker = new Worker<unknown, JobRecord>(QUEUE.name, answer, {
    prefix: QUEUE.prefix,
    connection: connection.options,
    concurrency: parallel,
    lockDuration: lock,
    stalledInterval: lock,
    runRetryDelay: 1000,
  });
  try {
    return await ending(worker, connection, signal, stop);
  } finally {
    await close(worker, connection);
    await Promise.allSettled(underWay);
  }
}

/** Rejects with the first reason to end, which also stops the jobs under way. */
function ending(
  worker: Worker,
  connection: QueueConnection,
  signal: AbortSignal,
  stop: AbortController,
): Promise<never> {
  const { lost } = connection;
  const interrupt = () => stop.abort(abortedError(signal));
  const lose = () => stop.abort(lost.reason);
  signal.addEventListener('abort', interrupt);
  lost.addEventListener('abort', lose);
  worker.on('error', (error) => {
    // Outages are the connection's to judge, and a lock that is lost costs one job done twice. But a Redis that answers and
    // refuses (full, read only, no rights) would do so for ever.
    const refused = error.name === 'ReplyError' && !error.message.startsWith('LOADING');
    if (refused) stop.abort(connection.failure(error));
  });
  return new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason));
    if (signal.aborted) interrupt();
    if (lost.aborted) lose();
  }).finally(() => {
    signal.removeEventListener('abort', interrupt);
    lost.removeEventListener('abort', lose);
  });
}

async function carryOut(
  { id, data }: TakenJob,
  execute: Execute,
  { address, locate, onBegin, onRecord }: ServeOptions,
  signal: AbortSignal,
): Promise<JobRecord> {
  const version = otherVersion(data);
  if (version !== null) {
    const hint = `Use a worker of iad-tf ${version}, or another database of this Redis for each version.`;
    const what = `the queue holds jobs of iad-tf ${version}, this worker is ${VERSION}`;
    throw new IadError('QUEUE_VERSION', what, { path: address.shown, hint });
  }
  const checked = await checkJob(data, id);
  const job = await locate(checked).catch((error: unknown) => {
    throw error instanceof IadError && error.code !== 'ABORTED' ? new Unfit(error.code, error.message) : error;
  });
  throwIfAborted(signal);
  onBegin?.(job);
  const record = await execute(job, signal, () => {});
  const error = record.status === 'failed' ? record.error : null;
  const code = MACHINE.find((each) => each === error?.code);
  // What was recorded is a whole message, which begins with its code.
  if (error && code) {
    const { message } = new IadError(code, error.message.replace(/^\[\w+\] /, ''), { path: jobTitle(job) });
    throw new Unfit(code, message);
  }
  onRecord?.(record, job);
  return record;
}

/** Notes in the job that this machine cannot carry it out. @returns how many machines cannot */
async function refuse(taken: TakenJob, machine: string, { code, message }: Unfit): Promise<number> {
  const others = refusalsOf(taken.data).filter((refusal) => refusal.machine !== machine);
  const refusals: Refusal[] = [...others, { machine, code, message }];
  await taken.updateData({ ...taken.data, refusals });
  return refusals.length;
}

/** This machine lacks something that the job needs; the message is complete already. */
class Unfit extends IadError {
  constructor(code: IadErrorCode, message: string) {
    super(code, '');
    this.message = message;
  }
}

/** Returns when the jobs under way are back in the queue, or when Redis is lost. */
async function close(worker: Worker, connection: QueueConnection): Promise<void> {
  const { lost } = connection;
  try {
    await connection.answer(worker.close(lost.aborted));
  } catch {
    // Nothing can be put back. Redis gives these jobs to others once their locks are over.
    const { client, blockingClient } = worker.getBackend();
    connection.drop(client, blockingClient);
  } finally {
    connection.close();
  }
}
