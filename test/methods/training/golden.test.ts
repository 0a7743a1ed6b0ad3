// Optimisers, schedules and clipping against torch.optim, and a regression trained by the loop.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../../src/kernels/backend.js';
import {
  clipScale,
  type OptimizerInput,
  optimizerSchema,
  optimizerStep,
  startState,
} from '../../../src/methods/parts/training/optimizer.js';
import { rateFactor, type ScheduleInput, scheduleSchema } from '../../../src/methods/parts/training/schedule.js';
import { train } from '../../../src/methods/parts/training/train.js';
import { readFixture } from '../../helpers/fixture.js';
import { uniformArray } from '../../helpers/random-arrays.js';

interface Golden {
  readonly optimizers: readonly {
    readonly name: string;
    readonly optimizer: OptimizerInput;
    readonly schedule: ScheduleInput;
    readonly clipNorm: number | null;
    readonly rates: readonly number[];
    readonly weights: readonly (readonly (readonly number[])[])[];
  }[];
  readonly regression: { readonly losses: readonly number[]; readonly w: number[]; readonly b: number[] };
}

const { optimizers, regression } = readFixture<Golden>('training.json');
const STEPS = 20;
const LENGTH = { steps: STEPS, stepsPerEpoch: 4 };
const SHAPES = [[5], [2, 3]];

function drawn(seed: number, shape: number[], factor = 1): Tensor {
  return tf.tensor(
    uniformArray(seed, tf.util.sizeFromShape(shape)).map((value) => value * factor),
    shape,
  );
}

/** Every step rounds the weights and the moments some times; all of them are below 4. */
const TOLERANCE = STEPS * 8 * 2 ** -24 * 4;

function expectNear(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(Math.abs(found[i]! - wanted[i]!)).toBeLessThan(TOLERANCE);
}

describe.each(['cpu', 'wasm'] as const)('%s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  test.each(optimizers)('$name', ({ optimizer: given, schedule: course, clipNorm, rates, weights }) => {
    const optimizer = optimizerSchema.parse(given);
    const schedule = scheduleSchema.parse(course);
    tf.tidy(() => {
      let parameters = SHAPES.map((shape, i) => {
        const start = drawn(i + 1, shape);
        return { weights: start, state: startState(optimizer, start) };
      });
      for (let step = 0; step < STEPS; step++) {
        const factor = rateFactor(schedule, step, LENGTH);
        expect(factor * optimizer.rate).toBeCloseTo(rates[step]!, 12);
        const gradients = SHAPES.map((shape, i) => drawn(1000 + 10 * step + i, shape, 2 * 0.8 ** step));
        const squares = gradients.flatMap((gradient) => [...gradient.dataSync()].map((value) => value * value));
        const norm = Math.sqrt(squares.reduce((sum, value) => sum + value, 0));
        const size = { factor, scale: clipScale(norm, clipNorm ?? undefined), t: step + 1 };
        parameters = parameters.map((inputs, i) =>
          optimizerStep(optimizer, { ...inputs, gradient: gradients[i]! }, size),
        );
        if (step % 5 !== 4) continue;
        for (const [i, wanted] of weights[(step - 4) / 5]!.entries()) {
          expectNear(parameters[i]!.weights.dataSync(), wanted);
          expect(parameters[i]!.weights.shape).toEqual(SHAPES[i]);
        }
      }
    });
  });

  test('a regression by the loop', async () => {
    const before = tf.memory().numTensors;
    const [x, y] = [drawn(7, [8, 3]), drawn(8, [8, 1])];
    const parameters = { w: drawn(9, [3, 1]), b: drawn(10, [1]) };
    const losses: number[] = [];
    const result = await train(
      {
        parameters,
        samples: 8,
        // All of them in each batch, so that their order does not matter.
        batch: (indices) => {
          expect([...indices].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
          return [];
        },
        loss: ({ parameters: { w, b } }) => tf.squaredDifference(tf.matMul(x, w!).add(b!), y).mean().asScalar(),
      },
      {
        length: { epochs: STEPS },
        batchSize: 8,
        optimizer: { kind: 'adam', rate: 0.1, weightDecay: 0.05, decoupled: true },
        schedule: { kind: 'cosine' },
        seed: 0,
      },
      { onProgress: ({ loss }) => losses.push(loss!) },
    );
    expectNear(losses, regression.losses);
    expect(result.epochs.map(({ loss }) => loss)).toEqual(losses);
    expectNear(result.parameters.w!.dataSync(), regression.w);
    expectNear(result.parameters.b!.dataSync(), regression.b);
    tf.dispose([x, y, parameters, result.parameters, result.buffers]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
