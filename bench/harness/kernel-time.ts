// Time inside of tfjs kernels: which of them take it, and whose they are.
import * as tf from '@tensorflow/tfjs';
import { KERNELS } from '../../src/kernels/list.js';
import { STOCK_KERNELS } from '../../src/kernels/stock/index.js';

export interface KernelTime {
  readonly kernel: string;
  /** Whether it is this library's, under a name of its own or in the place of tfjs's. */
  readonly isOwn: boolean;
  readonly calls: number;
  /** Without that of kernels that it calls. */
  readonly ms: number;
}

/**
 * Runs something and counts. For backends whose kernels compute before they return: wasm and cpu.
 * @returns the kernels that were called, those that took most first
 */
export async function kernelTimes(run: () => Promise<void>): Promise<KernelTime[]> {
  const backendName = tf.getBackend();
  const counts = new Map<string, { calls: number; ms: number }>();
  /** For each kernel that is running, the time in kernels that it called. */
  const inner: number[] = [];
  const before = tf.getKernelsForBackend(backendName);
  const timed = (config: tf.KernelConfig): tf.KernelConfig => ({
    ...config,
    kernelFunc: (call) => {
      inner.push(0);
      const start = performance.now();
      try {
        return config.kernelFunc(call);
      } finally {
        const ms = performance.now() - start;
        const called = inner.pop() ?? 0;
        if (inner.length > 0) inner[inner.length - 1] = (inner.at(-1) ?? 0) + ms;
        const count = counts.get(config.kernelName) ?? { calls: 0, ms: 0 };
        counts.set(config.kernelName, { calls: count.calls + 1, ms: count.ms + ms - called });
      }
    },
  });
  replace(before.map(timed));
  try {
    await run();
  } finally {
    replace(before);
  }
  const own = ownKernels(backendName);
  return [...counts]
    .map(([kernel, count]) => ({ kernel, isOwn: own.has(kernel), ...count }))
    .sort((a, b) => b.ms - a.ms);
}

function replace(configs: readonly tf.KernelConfig[]): void {
  for (const config of configs) {
    tf.unregisterKernel(config.kernelName, config.backendName);
    tf.registerKernel(config);
  }
}

function ownKernels(backendName: string): ReadonlySet<string> {
  const replaced = STOCK_KERNELS.filter((kernel) => kernel.backendName === backendName);
  return new Set([...KERNELS, ...replaced].map(({ name }) => name));
}
