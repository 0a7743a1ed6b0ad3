// Time inside of tfjs kernels: which of them take it, and whose they are.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

export interface KernelTime {
  readonly kernel: string;
  /** Whether it is this library's, under a name of its own or in the place of tfjs's. */
  readonly isOwn: boolean;
  readonly calls: number;
  /** Without that of kernels that it calls. */
  readonly ms: number;
}

/** The kernels that a backend has: before this library's useBackend, tfjs's own. */
export function kernelsNow(backendName: string): ReadonlySet<tf.KernelFunc> {
  return new Set(tf.getKernelsForBackend(backendName).map(({ kernelFunc }) => kernelFunc));
}

/** Counts from its making to `stop`, on the current backend: one whose kernels compute before they return, wasm or cpu. */
export class KernelClock {
  readonly #backendName = tf.getBackend();
  readonly #before = tf.getKernelsForBackend(this.#backendName);
  readonly #counts = new Map<string, { calls: number; ms: number }>();
  /** For each kernel that is running, the time in kernels that it called. */
  readonly #inner: number[] = [];
  readonly #own: ReadonlySet<string>;

  /** @param stock the kernels that are tfjs's: all others are this library's */
  constructor(stock: ReadonlySet<tf.KernelFunc>) {
    const own = this.#before.filter(({ kernelFunc }) => !stock.has(kernelFunc));
    this.#own = new Set(own.map(({ kernelName }) => kernelName));
    replace(this.#before.map((config) => this.#timed(config)));
  }

  /** Forgets what was counted so far. */
  reset(): void {
    this.#counts.clear();
  }

  /** The kernels that were called, those that took most first. */
  times(): KernelTime[] {
    return [...this.#counts]
      .map(([kernel, count]) => ({ kernel, isOwn: this.#own.has(kernel), ...count }))
      .sort((a, b) => b.ms - a.ms);
  }

  /** Gives tfjs its kernels back. */
  stop(): void {
    replace(this.#before);
  }

  #timed(config: tf.KernelConfig): tf.KernelConfig {
    return {
      ...config,
      kernelFunc: (call) => {
        this.#inner.push(0);
        const start = performance.now();
        try {
          return config.kernelFunc(call);
        } finally {
          this.#add(config.kernelName, performance.now() - start);
        }
      },
    };
  }

  #add(kernel: string, ms: number): void {
    const called = this.#inner.pop() ?? 0;
    const caller = this.#inner.length - 1;
    if (caller >= 0) this.#inner[caller] = (this.#inner[caller] ?? 0) + ms;
    const count = this.#counts.get(kernel) ?? { calls: 0, ms: 0 };
    this.#counts.set(kernel, { calls: count.calls + 1, ms: count.ms + ms - called });
  }
}

function replace(configs: readonly tf.KernelConfig[]): void {
  for (const config of configs) {
    tf.unregisterKernel(config.kernelName, config.backendName);
    tf.registerKernel(config);
  }
}
