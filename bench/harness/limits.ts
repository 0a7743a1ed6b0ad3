// What the current backend can do at most on this machine: a copy and a run of multiply-adds. One thread on cpu and wasm.
import * as tf from '@tensorflow/tfjs';
import { wasmBackend, wasmKernels, withScratch } from '../../src/kernels/wasm/module.js';
import { webGpuLimits } from './limits-webgpu.js';

export interface Limits {
  /** Multiply-adds on float32, two operations each. */
  readonly gflops: number;
  /** Bytes read plus bytes written. */
  readonly gbps: number;
}

const COPY_BYTES = 128 * 2 ** 20;

/** The best of a few runs, in 10^9 units a second. */
function best(units: number, run: () => void): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    const begin = performance.now();
    run();
    shortest = Math.min(shortest, performance.now() - begin);
  }
  return units / shortest / 1e6;
}

/** null for a backend whose limits this does not know (`tensorflow`). */
export async function measureLimits(): Promise<Limits | null> {
  switch (tf.getBackend()) {
    case 'cpu':
      return cpuLimits();
    case 'wasm':
      return wasmLimits();
    case 'webgpu':
      return webGpuLimits();
    default:
      return null;
  }
}

function wasmLimits(): Limits {
  const backend = wasmBackend(tf.backend());
  const kernels = wasmKernels(backend);
  const rounds = 5_000_000;
  return {
    gflops: best(96 * rounds, () => kernels.limitMultiplyAdd(rounds)),
    gbps: withScratch(backend, COPY_BYTES / 2, (at) =>
      best(2 * COPY_BYTES, () => kernels.limitCopy(at, at + COPY_BYTES, COPY_BYTES)),
    ),
  };
}

function cpuLimits(): Limits {
  const from = new Float32Array(COPY_BYTES / 4).fill(1);
  const to = new Float32Array(COPY_BYTES / 4);
  const rounds = 5_000_000;
  return {
    gflops: best(8 * rounds, () => {
      if (Number.isNaN(multiplyAdd(rounds))) throw new Error('the multiply-adds went wrong');
    }),
    gbps: best(2 * COPY_BYTES, () => to.set(from)),
  };
}

/** Four chains, so that the sums do not wait for one another. */
function multiplyAdd(rounds: number): number {
  let [a, b, c, d] = [0.1, 0.2, 0.3, 0.4];
  for (let i = 0; i < rounds; i++) {
    a = a * 0.999 + 0.001;
    b = b * 0.999 + 0.001;
    c = c * 0.999 + 0.001;
    d = d * 0.999 + 0.001;
  }
  return a + b + c + d;
}
