// Kernel threads of which one cannot be had.
import type { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { KernelThreads } from '../../src/kernels/threads/index.js';

const started = vi.hoisted((): Worker[] => []);

vi.mock('node:worker_threads', async (original) => {
  const platform = await original<typeof import('node:worker_threads')>();
  class Scarce extends platform.Worker {
    constructor(...given: ConstructorParameters<typeof Worker>) {
      if (started.length === 1) throw new Error('no thread is left');
      super(...given);
      started.push(this);
    }
  }
  return { ...platform, Worker: Scarce };
});

test('it is WORKER_CRASHED, and those that were started end', async () => {
  const open = KernelThreads.open(2, { maxBytes: 1 << 20 });
  await expect(open).rejects.toThrow(/WORKER_CRASHED.*KernelThreads.*no thread is left/);
  // What Node says of a thread that has ended.
  expect(started.map(({ threadId }) => threadId)).toEqual([-1]);
});
