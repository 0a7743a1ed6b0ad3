// How far a run is, counted record by record: looking through all jobs after each would take longer than short jobs do.
import type { Job, JobDescription } from './job.js';
import type { JobRecord } from './record.js';

export interface GridProgress {
  /** Jobs with a record, failed ones among them, and all that are to have one. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Milliseconds that are left; undefined before the first job is done. */
  readonly remainingMs: number | undefined;
}

/** Jobs of one method under one setting. */
interface Alike {
  /** Without a record. */
  left: number;
  /** Where their mean duration is found, from the closest on. */
  readonly keys: readonly string[];
}

/**
 * A job is expected to take as long as those of its method under its setting did, earlier runs included; else as those of its
 * method; else as all. Failed jobs say nothing.
 */
export class ProgressCount {
  readonly #total: number;
  readonly #alike = new Map<string, Alike>();
  readonly #durations = new Map<string, { sum: number; count: number }>();
  #done = 0;
  #failed = 0;

  /** @param records of some of the jobs */
  constructor(jobs: readonly Job[], records: Iterable<JobRecord>) {
    this.#total = jobs.length;
    for (const { description } of jobs) this.#alikeOf(description).left++;
    for (const record of records) this.add(record);
  }

  /** @param record of a job that had none */
  add({ status, description, duration }: JobRecord): void {
    const alike = this.#alikeOf(description);
    alike.left--;
    this.#done++;
    if (status === 'failed') {
      this.#failed++;
      return;
    }
    for (const key of alike.keys) {
      const { sum, count } = this.#durations.get(key) ?? { sum: 0, count: 0 };
      this.#durations.set(key, { sum: sum + duration, count: count + 1 });
    }
  }

  /** @param parallel jobs at once, at least 1 */
  now(parallel: number): GridProgress {
    const counts = { done: this.#done, total: this.#total, failed: this.#failed };
    return { ...counts, remainingMs: this.#remaining(parallel) };
  }

  #remaining(parallel: number): number | undefined {
    if (this.#done === this.#failed) return undefined;
    let sum = 0;
    for (const { left, keys } of this.#alike.values()) sum += left * this.#expected(keys);
    return sum / Math.min(parallel, Math.max(1, this.#total - this.#done));
  }

  #expected(keys: readonly string[]): number {
    for (const key of keys) {
      const found = this.#durations.get(key);
      if (found) return found.sum / found.count;
    }
    return 0;
  }

  #alikeOf({ method, setting }: JobDescription): Alike {
    const key = JSON.stringify([method.name, setting.id]);
    const alike = this.#alike.get(key) ?? { left: 0, keys: [key, JSON.stringify([method.name]), '[]'] };
    this.#alike.set(key, alike);
    return alike;
  }
}
