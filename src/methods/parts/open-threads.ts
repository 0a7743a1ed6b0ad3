// Chooses where jobs run, and keeps this thread's session between calls.

import * as tf from '@tensorflow/tfjs';
import { workerThreads } from '#platform/methods/parts/threads';
import { cores } from '#platform/runtime/machine';
import { gainsFromThreads } from '../../runtime/backend.js';
import { IadError } from '../../runtime/errors.js';
import type { SessionInit, SessionKind } from './session.js';
import { type Threads, thisThread } from './threads.js';

/** Fewer images than this are not worth the second that worker threads take to start. */
const WORTH_THREADS = 8;
const MOST_THREADS = 8;

/**
 * Worker threads; null where this thread is to do all.
 * @param workers as the caller wants it; undefined: by the number of images
 */
export function openWorkers<Init extends SessionInit>(
  { method }: SessionKind<Init>,
  init: Init,
  images: number,
  workers: number | undefined,
): Threads | null {
  const size = threadCount(images, workers);
  return size > 1 ? workerThreads(method, init, size) : null;
}

/** Worker threads, or this one. @param workers as the caller wants it; undefined: by the number of images */
export async function openThreads<Init extends SessionInit>(
  kind: SessionKind<Init>,
  init: Init,
  images: number,
  workers: number | undefined,
): Promise<Threads> {
  return openWorkers(kind, init, images, workers) ?? thisThread(kind, init);
}

/**
 * Worker threads are for wasm: other backends have parallelism of their own.
 * @throws IadError BAD_ARGUMENT if `workers` is no number of threads
 */
export function threadCount(images: number, workers: number | undefined): number {
  if (workers !== undefined && (!Number.isInteger(workers) || workers < 1)) {
    throw new IadError('BAD_ARGUMENT', `${workers} is no number of threads`, {
      path: 'workers',
      hint: 'Use 1 or more.',
    });
  }
  if (!gainsFromThreads()) return 1;
  if (workers !== undefined) return Math.min(workers, images);
  return images < WORTH_THREADS ? 1 : Math.min(cores(), MOST_THREADS);
}

interface Kept {
  readonly learned: object;
  readonly cacheFolder: string | undefined;
  readonly backend: string;
  readonly threads: Threads;
  /** Calls that are using it. */
  users: number;
}

/**
 * Keeps a session on this thread, so that the weights and what was learned are put on the backend once. It is let go when another
 * fit or backend is asked for, and freed once the last call that uses it ends.
 */
export class ThreadKeeper {
  #kept: Kept | null = null;

  /** Give it back with `giveBack`. @param learned what the session holds: the same object and cache, the same session */
  async borrow<Init extends SessionInit>(kind: SessionKind<Init>, init: Init, learned: object): Promise<Kept> {
    const cacheFolder = init.cache?.folder;
    if (!this.#fits(learned, cacheFolder)) {
      const threads = await thisThread(kind, init);
      // Another call may have opened one while this one waited.
      if (this.#fits(learned, cacheFolder)) await threads.close();
      else {
        this.release();
        this.#kept = { learned, cacheFolder, backend: tf.getBackend(), threads, users: 0 };
      }
    }
    const kept = this.#kept!;
    kept.users++;
    return kept;
  }

  giveBack(kept: Kept): void {
    kept.users--;
    if (kept !== this.#kept && kept.users === 0) void kept.threads.close();
  }

  /** Lets go of the session; frees it now unless a call uses it. */
  release(): void {
    const kept = this.#kept;
    this.#kept = null;
    if (kept?.users === 0) void kept.threads.close();
  }

  #fits(learned: object, cacheFolder: string | undefined): boolean {
    const kept = this.#kept;
    if (kept === null || kept.learned !== learned) return false;
    return kept.cacheFolder === cacheFolder && kept.backend === tf.getBackend();
  }
}
