// STPM's student, loss, training steps and anomaly map against torch; how the numbers were made is in test/reference/stpm_fixtures.py.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Architecture, LayerName } from '../../src/backbones/types.js';
import { interpolate } from '../../src/data/interpolate.js';
import { useBackend } from '../../src/kernels/backend.js';
import type { Parameter } from '../../src/methods/parts/flow/parameters.js';
import { lossAndGradients } from '../../src/methods/parts/training/gradients.js';
import { type LossInputs, train } from '../../src/methods/parts/training/index.js';
import { stpmLoss, stpmMap } from '../../src/methods/stpm/difference.js';
import { residualStudent } from '../../src/methods/stpm/student.js';
import { Random } from '../../src/runtime/random.js';
import { FIRST_STEP } from '../helpers/first-step.js';
import { readFixture } from '../helpers/fixture.js';

interface Summary {
  readonly norm: number;
  readonly values: readonly number[];
}
type Summaries = Readonly<Record<string, Summary>>;

interface Golden {
  readonly architecture: Architecture;
  readonly layers: readonly LayerName[];
  readonly side: number;
  readonly batch: number;
  readonly infer: readonly Summary[];
  readonly grid: readonly number[];
  readonly map: Summary;
  readonly scores: readonly number[];
  readonly losses: readonly number[];
  readonly train: readonly Summary[];
  readonly gradients: Summaries;
  readonly running: Summaries;
  readonly changes: Summaries;
}

/** As the script's function of the same name. */
function drawn(name: string, shape: readonly number[]): Tensor {
  const random = Random.forKey(name, 7);
  const part = name.split('.').at(-1) ?? '';
  const [height = 1, width = 1, , outputs = 1] = shape;
  const bound = Math.sqrt(6 / (height * width * outputs));
  const draw = (value: number) => {
    if (part === 'kernel') return value * bound;
    if (part === 'scale' || part === 'variance') return 1 + 0.5 * value;
    if (part === 'offset' || part === 'mean') return 0.5 * value;
    return name === 'images' ? Math.floor((value + 1) * 128) : Math.max(value, 0);
  };
  const length = tf.util.sizeFromShape([...shape]);
  return tf.tensor(
    Float32Array.from({ length }, () => draw(2 * random.uniform() - 1)),
    [...shape],
  );
}

function drawnAll(parameters: readonly Parameter[]): Record<string, Tensor> {
  return Object.fromEntries(parameters.map(({ name, shape }) => [name, drawn(name, shape)]));
}

/** The largest difference of the kept values, and that of the norm, relative to the root of the mean square. */
function differenceOf(found: ArrayLike<number>, { norm, values }: Summary): number {
  const random = Random.forKey('positions', 1);
  const typical = norm / Math.sqrt(found.length);
  const errors = values.map((value) => Math.abs(found[Math.floor(random.uniform() * found.length)]! - value));
  const length = Math.sqrt(Array.from(found).reduce((sum, value) => sum + value * value, 0));
  return Math.max(...errors, Math.abs(length - norm) / Math.sqrt(found.length)) / typical;
}

/** 14 to 24 layers of float32 sums; a wrong stride, padding, epsilon, divisor or factor is off by far more. */
const TOLERANCE = 1e-4;

describe.each(readFixture<Golden[]>('stpm.json'))('$architecture at $side', (golden) => {
  const { architecture, layers, side, batch } = golden;
  const student = residualStudent(architecture, layers);
  let images: Tensor4D;
  let teacher: Tensor4D[];
  let parameters: Record<string, Tensor>;
  let buffers: Record<string, Tensor>;

  beforeAll(async () => {
    await useBackend('wasm');
    images = drawn('images', [batch, side, side, 3]) as Tensor4D;
    parameters = drawnAll(student.parameters);
    buffers = drawnAll(student.buffers);
    const features = student.infer(images, { ...parameters, ...buffers });
    teacher = features.map(({ shape }, i) => drawn(`teacher ${layers[i]}`, shape) as Tensor4D);
    tf.dispose(features);
  });

  const loss = ({ parameters, buffers, update }: Pick<LossInputs<Tensor[]>, 'parameters' | 'buffers' | 'update'>) =>
    stpmLoss(student.train(images, { ...parameters, ...buffers }, update), teacher);

  /** @param rounding of the values themselves, absolute */
  function expectAll(tensors: Readonly<Record<string, Tensor>>, wanted: Summaries, rounding = 0): void {
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, summary] of Object.entries(wanted)) {
      const { size } = tensors[name]!;
      const typical = summary.norm / Math.sqrt(size);
      expect(differenceOf(tensors[name]!.dataSync(), summary), name).toBeLessThan(TOLERANCE + rounding / typical);
    }
  }

  test('features and map with the running statistics', () => {
    tf.tidy(() => {
      const found = student.infer(images, { ...parameters, ...buffers });
      for (const [i, features] of found.entries()) {
        expect(differenceOf(features.dataSync(), golden.infer[i]!)).toBeLessThan(TOLERANCE);
      }
      const maps = stpmMap(found, teacher);
      const [, height, width] = maps.shape;
      const wholes = tf.unstack(maps).map((map) => {
        const grid = { width, height, data: map.dataSync<'float32'>() };
        return { grid: grid.data, whole: interpolate(grid, side, side).data };
      });
      const [first] = wholes;
      for (const [i, value] of golden.grid.entries()) expect(first!.grid[i]! / value).toBeCloseTo(1, 3);
      expect(differenceOf(first!.whole, golden.map)).toBeLessThan(TOLERANCE);
      for (const [i, { whole }] of wholes.entries()) {
        expect(Math.max(...whole) / golden.scores[i]!).toBeCloseTo(1, 4);
      }
    });
  });

  test('features, loss, gradients and running statistics of the first step', () => {
    const before = tf.memory().numTensors;
    const found = lossAndGradients({ loss }, { ...FIRST_STEP, parameters, buffers, batch: [] });
    expect(found.loss.dataSync()[0]! / golden.losses[0]!).toBeCloseTo(1, 5);
    expectAll(found.gradients, golden.gradients);
    expectAll(found.updates, golden.running);
    tf.dispose([found.loss, found.gradients, found.updates]);
    tf.tidy(() => {
      for (const [i, features] of student.train(images, { ...parameters, ...buffers }, () => {}).entries()) {
        expect(differenceOf(features.dataSync(), golden.train[i]!)).toBeLessThan(TOLERANCE);
      }
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('three steps, and how the first one changes the weights', async () => {
    const before = tf.memory().numTensors;
    const losses: number[] = [];
    const problem = { parameters, buffers, samples: batch, batch: () => [], loss };
    const optimizer = { kind: 'sgd', rate: 0.4, momentum: 0.9, weightDecay: 1e-4 } as const;
    const config = { batchSize: batch, optimizer, seed: 0 };
    const one = await train(problem, { ...config, length: { steps: 1 } });
    tf.tidy(() => {
      const entries = Object.entries(parameters);
      const changes = entries.map(([name, start]): [string, Tensor] => [name, tf.sub(one.parameters[name]!, start)]);
      // The weights are below 2, and rounded before and after.
      expectAll(Object.fromEntries(changes), golden.changes, 2 ** -22);
    });
    const three = await train(
      problem,
      { ...config, length: { steps: 3 } },
      { onProgress: ({ loss }) => losses.push(loss!) },
    );
    for (const [i, value] of golden.losses.entries()) expect(losses[i]! / value).toBeCloseTo(1, 3);
    tf.dispose([one.parameters, one.buffers, three.parameters, three.buffers]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
