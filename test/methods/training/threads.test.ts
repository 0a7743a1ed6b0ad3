// Training over worker threads: what one thread gives but for rounding, the same bits every time, and every end a clean one.
import type { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { useBackend } from '../../../src/kernels/backend.js';
import { Batches } from '../../../src/methods/parts/training/batches.js';
import {
  ProblemGradients,
  type TrainingConfig,
  type TrainingKind,
  type TrainingOptions,
  train,
} from '../../../src/methods/parts/training/index.js';
import { meansOf, shardsOf } from '../../../src/methods/parts/training/sharded.js';
import type { ProgressEvent } from '../../../src/runtime/progress.js';
import { INPUTS, linearSample, type ShardProblemInit, shardProblem } from '../../helpers/shard-problem.mjs';
import { memoryStore, taken } from '../../helpers/trained-state.js';

vi.mock('../../helpers/worker-script.js', () => ({
  WORKER_SCRIPT: new URL('../../helpers/shard-worker.mjs', import.meta.url),
}));

const KIND: TrainingKind<ShardProblemInit> = {
  method: 'test',
  start: async (init) => new ProblemGradients(shardProblem(init)),
};
const LINEAR: TrainingConfig = {
  length: { steps: 2 },
  batchSize: 8,
  optimizer: { kind: 'sgd', rate: 1 / 64, momentum: 0.5 },
  seed: 1,
};
const DENOISER: TrainingConfig = {
  length: { epochs: 2 },
  batchSize: 4,
  optimizer: { kind: 'adam', rate: 0.02 },
  clipNorm: 1,
  seed: 2,
};

const started: Worker[] = [];

beforeAll(async () => {
  process.on('worker', (worker) => started.push(worker));
  await useBackend('wasm');
});

beforeEach(() => {
  const before = tf.memory().numTensors;
  return () => {
    expect(tf.memory().numTensors).toBe(before);
    // A thread that has ended has no number any more.
    expect(started.splice(0).filter(({ threadId }) => threadId !== -1)).toHaveLength(0);
  };
});

/** Without `workers` as it is without the option. */
async function trained(
  init: ShardProblemInit,
  workers: number | undefined,
  config: TrainingConfig,
  options: TrainingOptions = {},
) {
  const problem = shardProblem(init);
  const model = problem.start();
  try {
    const threads = workers === undefined ? {} : { threads: { kind: KIND, init, workers } };
    return taken(await train({ ...problem, ...model }, config, { ...options, ...threads }));
  } finally {
    tf.dispose([model.parameters, model.buffers]);
  }
}

const numbers = (words: readonly number[] | undefined) => [...new Float32Array(Uint32Array.from(words ?? []).buffer)];

test('shards divide a batch in its order, evenly, and none is empty', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.integer({ min: 1, max: 12 }), (indices, count) => {
      const shards = shardsOf(indices, count);
      const sizes = shards.map(({ length }) => length);
      expect(shards.flat()).toEqual(indices);
      expect(shards).toHaveLength(Math.min(count, indices.length));
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('means go by the weights, over any length, and equal values stay as they are', () => {
  for (const length of [1, 4096, 4097, 9000]) {
    const values = [0, 1, 2].map((part) => Float32Array.from({ length: length + part }, (_, i) => (i % 97) + part));
    const parts = values.map((of, i) => ({ values: of, weight: [3, 3, 2][i]! }));
    // (0 * 3 + 1 * 3 + 2 * 2) / 8
    expect(meansOf(parts, length)).toEqual(Float32Array.from({ length }, (_, i) => (i % 97) + 7 / 8));
    const third = Float32Array.of(1 / 3, 1e-40, -0.1);
    const same = [3, 3, 1].map((weight) => ({ values: third, weight }));
    expect(meansOf(same, 3)).toEqual(third);
  }
});

describe('the same as one thread', () => {
  test('bit for bit where sums are exact: parameters, buffers, and checkpoints taken over by another number of threads', async () => {
    // Two steps: the residuals of a third one would take more than 24 bits, as do the second one's squares.
    const exact = async (workers: number | undefined, options?: TrainingOptions) => {
      const { parameters, buffers } = await trained({ kind: 'linear' }, workers, LINEAR, options);
      return { parameters, buffers };
    };
    const alone = await exact(undefined);
    const store = memoryStore();
    expect(await exact(2, { checkpoints: { store, everySteps: 1 } })).toEqual(alone);
    expect(started).toHaveLength(2);
    expect(store.written).toHaveLength(2);
    const from = { path: 'memory', read: async () => store.written[0], write: async () => {} };
    const checkpoints = { store: from, everySteps: 100 };
    expect(await exact(4, { checkpoints })).toEqual(alone);
    expect(await exact(1, { checkpoints })).toEqual(alone);
  });

  test('bit for bit in parts too, of which each moves its own parameters', async () => {
    const parts = [
      { parameters: ['weights'], steps: 2 },
      { parameters: ['bias'], steps: 1 },
    ];
    const config: TrainingConfig = {
      ...LINEAR,
      length: { steps: 3 },
      batchSize: 4,
      optimizer: { kind: 'sgd', rate: 1 / 16, momentum: 0.5 },
    };
    const { parameters: alone } = await trained({ kind: 'linear', parts }, undefined, config);
    expect((await trained({ kind: 'linear', parts }, 2, config)).parameters).toEqual(alone);
    expect(alone).not.toEqual((await trained({ kind: 'linear' }, undefined, config)).parameters);
  });

  test('within rounding for shards of unequal sizes', async () => {
    const config: TrainingConfig = { ...LINEAR, length: { steps: 1 }, optimizer: { kind: 'sgd', rate: 1 } };
    const moved = numbers((await trained({ kind: 'linear' }, 3, config)).parameters.weights);
    // In float64: w - 2/B sum_i x_i r_i, and by how much rounding may change it.
    const start = [0, 0.25, 0.5, 0.75, 1];
    const batch = new Batches({ samples: 16, batchSize: 8, dropLast: false, seed: 1 }).at(0).map(linearSample);
    const residuals = batch.map(({ x, y }) => x.reduce((sum, value, d) => sum + value * start[d]!, 0.5) - y);
    for (let d = 0; d < INPUTS; d++) {
      const terms = batch.map(({ x }, i) => (2 * x[d]! * residuals[i]!) / batch.length);
      const expected = start[d]! - terms.reduce((sum, value) => sum + value, 0);
      const size = terms.reduce((sum, value) => sum + Math.abs(value), 0);
      // A shard's sum of 3 products of the rounded factor 2 r / 3; its mean rounded; the step's own rounding.
      const bound = 2 ** -24 * ((3 + 3 + 1) * size + Math.abs(expected) + Math.abs(start[d]!));
      expect(Math.abs(moved[d]! - expected)).toBeLessThanOrEqual(bound);
    }
  });

  test('what is drawn per sample does not depend on the number of threads', async () => {
    const config: TrainingConfig = { ...DENOISER, length: { steps: 1 } };
    const { epochs } = await trained({ kind: 'denoiser' }, undefined, config);
    const { epochs: shared } = await trained({ kind: 'denoiser' }, 2, config);
    // A mean of squares of order 1: other noise changes it by percents, rounding of some hundred terms by less than this.
    expect(shared[0]!.loss).not.toBeNaN();
    expect(Math.abs(shared[0]!.loss - epochs[0]!.loss)).toBeLessThan(1e-4 * epochs[0]!.loss);
  });

  test('on another backend than wasm this thread computes all', async () => {
    await useBackend('cpu');
    const init: ShardProblemInit = { kind: 'denoiser', fault: { kind: 'exit', step: 0 } };
    expect(await trained(init, 2, DENOISER)).toEqual(await trained({ kind: 'denoiser' }, undefined, DENOISER));
    expect(started).toHaveLength(0);
    await useBackend('wasm');
  });
});

test('the same seed and number of threads give the same bits, whichever thread is faster, also from a checkpoint', async () => {
  const store = memoryStore();
  const init: ShardProblemInit = { kind: 'denoiser', fault: { kind: 'delay' } };
  const once = await trained(init, 3, DENOISER, { checkpoints: { store, everySteps: 2 } });
  expect(once.steps).toBe(6);
  expect(await trained(init, 3, DENOISER)).toEqual(once);
  const from = { path: 'memory', read: async () => store.written[1], write: async () => {} };
  expect(await trained(init, 3, DENOISER, { checkpoints: { store: from, everySteps: 100 } })).toEqual(once);
});

describe('ends', () => {
  test('a stop comes between two steps, after a checkpoint', async () => {
    const controller = new AbortController();
    const store = memoryStore();
    const onProgress = ({ done }: ProgressEvent) => {
      if (done === 3) controller.abort('test');
    };
    const checkpoints = { store, everySteps: 100 };
    const { signal } = controller;
    await expect(trained({ kind: 'denoiser' }, 2, DENOISER, { onProgress, signal, checkpoints })).rejects.toMatchObject(
      { code: 'ABORTED' },
    );
    expect(store.written).toHaveLength(1);
    expect((await trained({ kind: 'denoiser' }, 2, DENOISER, { checkpoints })).steps).toBe(6);
  });

  test('a sample that is no number in one shard is told with its step', async () => {
    const { batchSize, seed } = DENOISER;
    const batches = new Batches({ samples: 9, batchSize, dropLast: false, seed });
    const sample = batches.at(1)[3]!;
    await expect(trained({ kind: 'denoiser', fault: { kind: 'nan', sample } }, 2, DENOISER)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringContaining('the loss is NaN in epoch 1 of 2, step 2 of 3 (step 2 of 6 in all)'),
    });
  });

  test('a thread that dies ends the training', async () => {
    const failed = trained({ kind: 'denoiser', fault: { kind: 'exit', step: 1 } }, 2, DENOISER);
    await expect(failed).rejects.toMatchObject({
      code: 'WORKER_CRASHED',
      path: expect.stringMatching(/training step 2, part [12] of 2/),
    });
  });

  test('what a shard throws, and what keeps a thread from starting, are told as they are', async () => {
    const fault = { kind: 'throw', step: 2 } as const;
    await expect(trained({ kind: 'denoiser', fault }, 2, DENOISER)).rejects.toThrow('my own');
    await expect(trained({ kind: 'denoiser', fault: { kind: 'start' } }, 2, DENOISER)).rejects.toThrow(
      'no start today',
    );
    await expect(trained({ kind: 'denoiser' }, 0, DENOISER)).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
      path: 'workers',
    });
  });

  test('holds no more tensors after 30 steps than after one', async () => {
    const counts: number[] = [];
    const config: TrainingConfig = { ...LINEAR, length: { steps: 30 }, optimizer: { kind: 'sgd', rate: 1e-3 } };
    await trained({ kind: 'linear' }, 2, config, { onProgress: () => counts.push(tf.memory().numTensors) });
    expect(counts).toHaveLength(30);
    expect(new Set(counts).size).toBe(1);
  });
});
