// What goes through the queue: a job on its way out, its record on its way back. Both are checked where they arrive, because
// whoever can write to Redis can put anything there.
import * as z from 'zod';
import { IadError } from '../../../runtime/errors.js';
import { VERSION } from '../../../runtime/version.js';
import { canonical, type Job, jobId, jobTitle } from '../job.js';
import { JOB_ID, type JobRecord, jobDescriptionSchema, jobRecordSchema } from '../record.js';
import type { Refusal } from './refusals.js';

/** BullMQ's queue, and what its keys in Redis begin with. */
export const QUEUE = { name: 'benchmark', prefix: 'iad-tf' } as const;

/** A job as it lies in the queue. */
export interface QueuedJob {
  /** Of the library that put it there. */
  readonly version: string;
  /** Where the coordinator was started, as in the environment of a record. */
  readonly commit: string | null;
  readonly job: Job;
  /** By machines that could not carry it out, one each. */
  readonly refusals?: readonly Refusal[];
}

const versionSchema = z.object({ version: z.string().max(100) });

const jobSchema = z.object({
  id: z.string().regex(JOB_ID),
  description: jobDescriptionSchema,
  folder: z.string().min(1),
  weights: z.string().min(1).nullable(),
});

const originSchema = z.object({ version: z.string(), commit: z.string().nullable() });

/** The name of a job in the queue. BullMQ takes no name that is a number, as one id in two thousand is. */
export function queuedName({ id }: Pick<Job, 'id'>): string {
  return `job-${id}`;
}

/** What lies in the queue is of another version of the library: this worker must not touch it. */
export function otherVersion(data: unknown): string | null {
  const parsed = versionSchema.safeParse(data);
  return parsed.success && parsed.data.version !== VERSION ? plain(parsed.data.version) : null;
}

/** A job of an earlier state of the code was put in the queue under the same id: its record is none of this one's. */
export function isStale(data: unknown, commit: string | null): boolean {
  const parsed = originSchema.safeParse(data);
  return !parsed.success || parsed.data.version !== VERSION || parsed.data.commit !== commit;
}

/** @throws IadError QUEUE_MESSAGE: not a job, or not the one that its name says */
export async function checkJob(data: unknown, name: string | undefined): Promise<Job> {
  const parsed = z.object({ job: jobSchema }).safeParse(data);
  if (!parsed.success) throw invalid('job', firstFault(parsed.error));
  const { job } = parsed.data;
  if ((await jobId(job.description)) !== job.id || queuedName(job) !== name) {
    throw invalid('job', 'its id does not belong to its description');
  }
  // Becomes a part of a path.
  const { name: dataset } = job.description.dataset;
  if (/[/\\]|^\.{0,2}$/.test(dataset)) throw invalid('job', "description.dataset.name: not a folder's name");
  // Workers print these, as they are.
  if (/\p{Cc}/u.test([jobTitle(job), job.folder, job.weights].join(''))) {
    throw invalid('job', 'control characters in its names');
  }
  return job;
}

/** @throws IadError QUEUE_MESSAGE: not a record, or not this job's by this version of the library */
export function checkRecord(value: unknown, job: Job): JobRecord {
  const parsed = jobRecordSchema.safeParse(value);
  if (!parsed.success) throw invalid('record', firstFault(parsed.error));
  const record = parsed.data;
  if (record.id !== job.id) throw invalid('record', 'id: it is of another job');
  if (canonical(record.description) !== canonical(job.description)) {
    throw invalid('record', 'description: not that of its job');
  }
  const { libraryVersion } = record.environment;
  if (libraryVersion !== VERSION)
    throw invalid('record', `it is of iad-tf ${plain(libraryVersion)}, this is ${VERSION}`);
  if (record.status === 'done') return record;
  const { code, message } = record.error;
  return { ...record, error: { code: code === null ? null : plain(code), message: plain(message) } };
}

/** Without line breaks and codes that move a terminal's cursor, and of a length that people read. */
export function plain(text: string): string {
  const line = text.replace(/\p{C}+/gu, ' ').trim();
  return line.length <= 2000 ? line : `${line.slice(0, 1999)}…`;
}

function firstFault({ issues: [issue] }: z.ZodError): string {
  return plain(`${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? 'not as expected'}`);
}

function invalid(kind: 'job' | 'record', what: string): IadError {
  return new IadError('QUEUE_MESSAGE', `not a valid ${kind}: ${what}`, { path: 'queue' });
}
