// Chooses where jobs run, and keeps this thread's session between calls.

import * as tf from '@tensorflow/tfjs';
import { workerThreads } from '#platform/methods/patchcore/threads';
import { cores } from '#platform/runtime/machine';
import { gainsFromThreads } from '../../runtime/backend.js';
import { IadError } from '../../runtime/errors.js';
import type { SessionInit } from './session.js';
import { type Threads, thisThread } from './threads.js';

/** Fewer images than this are not worth the second that worker threads take to start. */
const WORTH_THREADS = 8;
const MOST_THREADS = 8;

/** @param workers as the caller wants it; undefined: by the number of images */
export async function openThreads(init: SessionInit, images: number, workers: number | undefined): Promise<Threads> {
  const size = threadCount(images, workers);
  return (size > 1 ? workerThreads(init, size) : null) ?? thisThread(init);
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
  readonly bank: Float32Array | null;
  readonly backend: string;
  readonly threads: Threads;
  /** Calls that are using it. */
  users: number;
}

/**
 * Keeps a session on this thread, so that the weights and the bank are put on the backend once. It is let go when another bank
 * or backend is asked for, and freed once the last call that uses it ends.
 */
export class ThreadKeeper {
  #kept: Kept | null = null;

  /** Give it back with `giveBack`. */
  async borrow(init: SessionInit): Promise<Kept> {
    if (!this.#fits(init)) {
      const threads = await thisThread(init);
      // Another call may have opened one while this one waited.
      if (this.#fits(init)) await threads.close();
      else {
        this.release();
        this.#kept = { bank: init.bank, backend: tf.getBackend(), threads, users: 0 };
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

  #fits({ bank }: SessionInit): boolean {
    return this.#kept !== null && this.#kept.bank === bank && this.#kept.backend === tf.getBackend();
  }
}
