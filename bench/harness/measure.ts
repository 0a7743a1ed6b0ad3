// Times one function with benchmark.js: warmed up, as many samples as its length allows.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import Benchmark from 'benchmark';
import { webGpuBackend } from '../../src/kernels/webgpu/backend.js';
import type { Inputs, Run } from '../kernels/types.js';

export interface Timing {
  /** Median of the samples. */
  readonly ms: number;
  /** Relative margin of error at 95 %, in percent; null for one sample. */
  readonly spread: number | null;
  readonly samples: number;
}

/** Seconds that one function's samples may take together; a longer one is run once. */
const PATIENCE_S = { quick: 0.7, real: 3 } as const;

/** Until the device is done: a GPU's work is only queued when an op returns. */
async function finish(outputs: readonly Tensor[]): Promise<void> {
  if (tf.getBackend() === 'webgpu') {
    const backend = webGpuBackend(tf.backend());
    backend.endComputePassEncoder();
    backend.submitQueue();
    await backend.device.queue.onSubmittedWorkDone();
  }
  tf.dispose([...outputs]);
}

async function once(run: Run, inputs: Inputs): Promise<number> {
  const begin = performance.now();
  await finish(await run(inputs));
  return performance.now() - begin;
}

/** The first call, which compiles, is not counted unless it takes over 10 s. */
export async function measure(run: Run, inputs: Inputs, set: 'quick' | 'real'): Promise<Timing> {
  const patience = PATIENCE_S[set];
  const first = await once(run, inputs);
  if (first > patience * 1000) {
    // What takes this long is hardly changed by its first milliseconds.
    const ms = first > 10_000 ? first : await once(run, inputs);
    return { ms, spread: null, samples: 1 };
  }
  const benchmark = new Benchmark({
    defer: true,
    minSamples: 3,
    maxTime: patience,
    minTime: Math.min(0.05, patience / 10),
    fn: (deferred: Benchmark.Deferred & { resolve(): void }) => {
      once(run, inputs).then(
        () => deferred.resolve(),
        (cause) => {
          failure = cause;
          benchmark.abort();
          deferred.resolve();
        },
      );
    },
  });
  let failure: unknown;
  await new Promise<void>((resolve) => {
    benchmark.on('complete', () => resolve());
    benchmark.on('abort', () => resolve());
    benchmark.run({ async: true });
  });
  if (failure) throw failure;
  const sample: number[] = benchmark.stats.sample;
  const sorted = sample.map((seconds) => seconds * 1000).sort((a, b) => a - b);
  const ms = sorted[Math.floor((sorted.length - 1) / 2)];
  if (ms === undefined) throw new Error('benchmark.js took no sample');
  return { ms, spread: benchmark.stats.rme, samples: sorted.length };
}
