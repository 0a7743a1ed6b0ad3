// The training loop on a small convolutional autoencoder: it learns, goes on from checkpoints bit for bit, stops when told, and leaves
// nothing behind.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../src/backbones/formats/safetensors.js';
import { writeSealed } from '../../../src/backbones/formats/sealed.js';
import { useBackend } from '../../../src/kernels/backend.js';
import {
  checkpointFile,
  type Tensors,
  type TrainingConfig,
  type TrainingOptions,
  type TrainingProblem,
  train,
} from '../../../src/methods/parts/training/index.js';
import type { ProgressEvent } from '../../../src/runtime/progress.js';
import { autoencoder, held } from '../../helpers/small-autoencoder.js';
import { bits, memoryStore, taken } from '../../helpers/trained-state.js';

const CONFIG: TrainingConfig = {
  length: { epochs: 3 },
  batchSize: 4,
  optimizer: { kind: 'adam', rate: 0.01, weightDecay: 1e-4 },
  schedule: { kind: 'cosine', final: 0.1, unit: 'step' },
  clipNorm: 1,
  seed: 3,
};
const STEPS = 9;

let folder: string;
let problem: ReturnType<typeof autoencoder>;
let before: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iad-training-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function trained(options: TrainingOptions = {}, config = CONFIG, given: TrainingProblem<Tensor4D> = problem) {
  return taken(await train(given, config, options));
}

describe.each(['cpu', 'wasm'] as const)('%s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  beforeEach(() => {
    problem = autoencoder();
    before = tf.memory().numTensors;
    return () => {
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([problem.parameters, problem.buffers]);
    };
  });

  test('learns, and keeps running statistics', async () => {
    const untrained = await held(problem);
    const config = { ...CONFIG, length: { epochs: 40 }, schedule: { kind: 'constant' } } as const;
    const result = await train(problem, config);
    expect(await held(result)).toBeLessThan(0.25 * untrained);
    const losses = result.epochs.map(({ loss }) => loss);
    expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
    expect(result).toMatchObject({ steps: 120, epoch: 39, stoppedEarly: false });
    tf.dispose([result.parameters, result.buffers]);
  });

  test('the same seed gives the same bits, another one others; what was given stays as it was', async () => {
    const start = bits({ ...problem.parameters, ...problem.buffers });
    const once = await trained();
    expect(await trained()).toEqual(once);
    expect((await trained({}, { ...CONFIG, seed: 4 })).parameters).not.toEqual(once.parameters);
    expect(bits({ ...problem.parameters, ...problem.buffers })).toEqual(start);
    const few = await trained({}, { ...CONFIG, length: { steps: 4 } });
    expect(few).toMatchObject({ steps: 4, epoch: 1 });
    expect(few.epochs).toHaveLength(2);
  });

  test('goes on from every checkpoint to the same bits, validation included', async () => {
    const validation = { evaluate: held };
    const whole = await trained({ validation });
    const store = memoryStore();
    expect(await trained({ validation, checkpoints: { store, everySteps: 2 } })).toEqual(whole);
    expect(store.written).toHaveLength(5);
    for (const bytes of store.written) {
      const from = { path: 'memory', read: async () => bytes, write: async () => {} };
      expect(await trained({ validation, checkpoints: { store: from, everySteps: 100 } })).toEqual(whole);
    }
  });

  test('stops between steps when told, keeps a checkpoint in a file, and goes on from there', async () => {
    const path = join(folder, `${backend}.ckpt`);
    const checkpoints = { store: checkpointFile(path), everySteps: 100 };
    const controller = new AbortController();
    const onProgress = ({ done }: ProgressEvent) => {
      if (done === 4) controller.abort('test');
    };
    await expect(trained({ checkpoints, onProgress, signal: controller.signal })).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringContaining('stopped by test'),
    });
    expect((await readdir(folder)).filter((name) => name.includes('tmp'))).toEqual([]);
    const steps: number[] = [];
    const resumed = await trained({ checkpoints, onProgress: ({ done }) => steps.push(done) });
    expect(steps).toEqual([5, 6, 7, 8, 9]);
    expect(resumed).toEqual(await trained());
    const gone = AbortSignal.abort();
    await expect(trained({ signal: gone })).rejects.toMatchObject({ code: 'ABORTED' });
  });

  test('a checkpoint that says what cannot be is refused', async () => {
    const store = memoryStore();
    const validation = { evaluate: held };
    await trained({ validation, checkpoints: { store, everySteps: 100 } });
    const { tensors, metadata } = readSafetensors(store.written[0]!);
    const block = JSON.parse(metadata.training!);
    const [first, ...others] = block.epochs;
    const refused = async (changed: object, values = tensors) => {
      const bytes = await writeSealed(values, { training: JSON.stringify({ ...block, ...changed }) });
      const from = { path: 'memory', read: async () => bytes, write: async () => {} };
      const before = tf.memory().numTensors;
      const run = trained({ validation, checkpoints: { store: from, everySteps: 100 } });
      await expect(run).rejects.toMatchObject({ code: 'MODEL_FORMAT', path: 'memory' });
      expect(tf.memory().numTensors).toBe(before);
    };
    await refused({ step: block.step + 1 });
    await refused({ step: block.step - 1 });
    await refused({ epochs: [] });
    await refused({ epochs: others });
    await refused({ epochs: [{ ...first, validation: null }, ...others] });
    await refused({ best: null });
    await refused({ best: { ...block.best, epoch: 99 } });
    await refused({ best: { ...block.best, value: block.best.value - 1 } });
    const [name, { shape, data }] = [...tensors].find(([each]) => each.startsWith('best/parameters/'))!;
    const nan = new Uint8Array(new Float32Array(data.length / 4).fill(Number.NaN).buffer);
    await refused({}, new Map([...tensors, [name, { dtype: 'F32', shape, data: nan }]]));
  });

  test('a checkpoint of another training, a damaged and a foreign one are refused', async () => {
    const store = memoryStore();
    await trained({ checkpoints: { store, everySteps: 100 } });
    const checkpoints = { store, everySteps: 100 };
    await expect(trained({ checkpoints }, { ...CONFIG, seed: 9 })).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    await expect(trained({ checkpoints, validation: { evaluate: held } })).rejects.toMatchObject({
      code: 'MODEL_MISMATCH',
      path: 'memory',
    });
    const whole = store.written[0]!;
    const { tensors, metadata } = readSafetensors(whole);
    const without = new Map([...tensors].filter(([name]) => name !== 'moments/stem'));
    const more = new Map([...tensors, ['else', tensors.get('moments/stem')!]]);
    for (const bytes of [
      whole.subarray(0, whole.length - 4),
      await writeSealed(without, { training: metadata.training! }),
      await writeSealed(more, { training: metadata.training! }),
      await writeSealed(tensors, {}),
      writeSafetensors(tensors, { training: metadata.training! }),
      new Uint8Array(0),
    ]) {
      store.written.push(bytes);
      await expect(trained({ checkpoints })).rejects.toMatchObject({ code: 'MODEL_FORMAT', path: 'memory' });
    }
    // The lowest bit of a number: still a checkpoint to look at, and another end.
    const damaged = whole.slice();
    damaged[damaged.length - 4]! ^= 1;
    store.written.push(damaged);
    await expect(trained({ checkpoints })).rejects.toMatchObject({ code: 'MODEL_CORRUPT', path: 'memory' });
    const path = join(folder, `${backend}-foreign.ckpt`);
    await writeFile(path, 'no checkpoint');
    const onDisk = { store: checkpointFile(path), everySteps: 1 };
    await expect(trained({ checkpoints: onDisk })).rejects.toMatchObject({ code: 'MODEL_FORMAT', path });
    expect(await readFile(path, 'utf8')).toBe('no checkpoint');
  });

  test('stops after so many epochs without a lower value, with the best epoch', async () => {
    const values = [5, 3, 4, 3, 1, 0];
    const seen: Record<string, number[]>[] = [];
    const evaluate = ({ parameters }: { parameters: Tensors }) => {
      seen.push(bits(parameters));
      return values[seen.length - 1]!;
    };
    const config = { ...CONFIG, length: { epochs: 6 } };
    const result = await trained({ validation: { evaluate, patience: 2 } }, config);
    expect(result).toMatchObject({ epoch: 1, steps: 12, stoppedEarly: true });
    expect(result.epochs.map(({ validation }) => validation)).toEqual([5, 3, 4, 3]);
    expect(result.parameters).toEqual(seen[1]);
    seen.length = 0;
    const patient = await trained({ validation: { evaluate, patience: 3 } }, config);
    expect(patient).toMatchObject({ epoch: 5, steps: 18, stoppedEarly: false });
  });

  test('a loss, gradient or validation that is no number ends it, with the place', async () => {
    const poisoned = (at: number, value: number): TrainingProblem<Tensor4D> => ({
      ...problem,
      loss: (inputs) => problem.loss(inputs).mul(inputs.step === at ? value : 1),
    });
    await expect(trained({}, CONFIG, poisoned(4, Number.NaN))).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringContaining('the loss is NaN in epoch 2 of 3, step 2 of 3 (step 5 of 9 in all)'),
    });
    await expect(trained({}, CONFIG, poisoned(0, Infinity))).rejects.toMatchObject({ code: 'TRAINING_DIVERGED' });
    // The root of 0 is 0, and its slope is not finite.
    const steep: TrainingProblem<Tensor4D> = {
      ...problem,
      loss: (inputs) => problem.loss(inputs).add(inputs.parameters.offset!.sum().sqrt()),
    };
    await expect(trained({}, CONFIG, steep)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringContaining('the gradient of offset is not finite in epoch 1 of 3, step 1 of 3'),
    });
    await expect(trained({ validation: { evaluate: () => Number.NaN } })).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringContaining('the validation gives NaN after epoch 1 of 3'),
    });
  });

  test('numbers that are none do not take the place of a good checkpoint', async () => {
    const store = memoryStore();
    const wild: TrainingConfig = { ...CONFIG, optimizer: { kind: 'adam', rate: 1e300 } };
    await expect(trained({ checkpoints: { store, everySteps: 1 } }, wild)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      message: expect.stringMatching(/^\[TRAINING_DIVERGED\] train: parameters\/\w+ is not finite after step 1\b/),
    });
    expect(store.written).toEqual([]);
  });

  test('clips the gradients of all parameters together', async () => {
    const config = {
      ...CONFIG,
      length: { steps: 1 },
      optimizer: { kind: 'sgd', rate: 1 },
      schedule: { kind: 'constant' },
    } as const;
    const moved = async (clipNorm: number) => {
      const { parameters, buffers } = await train(problem, { ...config, clipNorm });
      const squares = Object.entries(parameters).map(([name, tensor]) =>
        tf.tidy(() => tensor.sub(problem.parameters[name]!).square().sum().dataSync()[0]!),
      );
      tf.dispose([parameters, buffers]);
      return Math.sqrt(squares.reduce((sum, value) => sum + value, 0));
    };
    const free = await moved(1e6);
    expect(free).toBeGreaterThan(0.01);
    expect(await moved(free / 8)).toBeCloseTo(free / 8, 5);
  });

  test('optimisers by parameter: without a gradient AdamW still decays its weights, Adam does not', async () => {
    const config = { ...CONFIG, length: { steps: 1 }, schedule: { kind: 'constant' } } as const;
    const still: TrainingProblem<Tensor4D> = { ...problem, loss: (inputs) => problem.loss(inputs).mul(0) };
    const adam = { kind: 'adam', rate: 0.1 } as const;
    const result = await train(still, config, {
      optimizerOf: (name) => (name === 'stem' ? { ...adam, weightDecay: 0.5, decoupled: true } : adam),
    });
    const ratio = tf.tidy(() => result.parameters.stem!.div(problem.parameters.stem!).dataSync()[0]);
    expect(ratio).toBeCloseTo(0.95, 6);
    expect(bits({ head: result.parameters.head! })).toEqual(bits({ head: problem.parameters.head! }));
    tf.dispose([result.parameters, result.buffers]);
  });

  test('tells loss and time left', async () => {
    const events: ProgressEvent[] = [];
    await trained({ stage: 'student', onProgress: (event) => events.push(event) });
    expect(events.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const { stage, total, done, loss, elapsedMs, remainingMs } of events) {
      expect({ stage, total }).toEqual({ stage: 'student', total: STEPS });
      expect(loss).toBeGreaterThan(0);
      expect(remainingMs).toBeCloseTo((elapsedMs * (STEPS - done)) / done, 6);
    }
  });

  describe('in parts', () => {
    /** Three steps on each batch: two of the encoder, one of the decoder. */
    const parts = [
      { parameters: ['stem', 'scale', 'offset', 'down'], steps: 2 },
      { parameters: ['up', 'head'], steps: 1 },
    ];
    const PARTED = 3 * STEPS;

    test('each step moves its own parameters, on a batch that is made once', async () => {
      const made: (readonly number[])[] = [];
      const places: unknown[] = [];
      const moved: string[][] = [];
      let last = bits(problem.parameters);
      const watched: TrainingProblem<Tensor4D> = {
        ...problem,
        parts,
        batch: (indices, ...generators) => {
          made.push(indices);
          return problem.batch(indices, ...generators);
        },
        loss: (inputs) => {
          const { batchNumber, part, stepOfPart, epoch, parameters } = inputs;
          places.push([epoch, batchNumber, part, stepOfPart]);
          const now = bits(parameters);
          moved.push(Object.keys(now).filter((name) => `${now[name]}` !== `${last[name]}`));
          last = now;
          return problem.loss(inputs);
        },
      };
      const { epochs, steps } = await trained({}, { ...CONFIG, length: { epochs: 1 } }, watched);
      expect([steps, epochs.length, made.map(({ length }) => length)]).toEqual([STEPS, 1, [4, 4, 2]]);
      const ofBatch = (batch: number) => [
        [0, batch, 0, 0],
        [0, batch, 0, 1],
        [0, batch, 1, 0],
      ];
      expect(places).toEqual([0, 1, 2].flatMap(ofBatch));
      const [encoder, decoder] = [parts[0]!.parameters, parts[1]!.parameters];
      expect(moved).toEqual([[], encoder, encoder, decoder, encoder, encoder, decoder, encoder, encoder]);
    });

    test('goes on from every checkpoint to the same bits, within a batch too', async () => {
      const given = { ...problem, parts };
      const whole = await trained({}, CONFIG, given);
      expect(whole).toMatchObject({ steps: PARTED, epoch: 2 });
      const store = memoryStore();
      expect(await trained({ checkpoints: { store, everySteps: 4 } }, CONFIG, given)).toEqual(whole);
      expect(store.written).toHaveLength(7);
      for (const bytes of store.written) {
        const from = { path: 'memory', read: async () => bytes, write: async () => {} };
        expect(await trained({ checkpoints: { store: from, everySteps: 100 } }, CONFIG, given)).toEqual(whole);
      }
      const checkpoints = { store, everySteps: 100 };
      await expect(trained({ checkpoints })).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    });

    test('one part of one step is what there is without parts', async () => {
      const all = [{ parameters: Object.keys(problem.parameters), steps: 1 }];
      expect(await trained({}, CONFIG, { ...problem, parts: all })).toEqual(await trained());
    });

    test('a stop within a batch leaves nothing behind', async () => {
      const controller = new AbortController();
      const onProgress = ({ done }: ProgressEvent) => {
        if (done === 4) controller.abort();
      };
      const stopped = trained({ onProgress, signal: controller.signal }, CONFIG, { ...problem, parts });
      await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
    });

    test.each([
      [[{ parameters: ['stem', 'up'], steps: 1 }], /scale must be in one part/],
      [[...parts, { parameters: ['up'], steps: 1 }], /up must be in one part/],
      [[...parts, { parameters: ['side'], steps: 1 }], /names side, which is no parameter/],
      [[...parts, { parameters: [], steps: 1 }], /has no parameters/],
      [[parts[0]!, { ...parts[1]!, steps: 0 }], /steps must be a positive integer, not 0/],
    ])('%j are refused', async (wrong, message) => {
      await expect(train({ ...problem, parts: wrong }, CONFIG)).rejects.toThrow(message);
    });
  });

  test('holds no more tensors after 200 steps than after one', async () => {
    const counts: number[] = [];
    const onProgress = () => counts.push(tf.memory().numTensors);
    const small = { ...CONFIG, batchSize: 1, length: { steps: 200 } };
    await trained({ onProgress, checkpoints: { store: memoryStore(), everySteps: 50 } }, small);
    expect(counts).toHaveLength(200);
    expect(new Set(counts).size).toBe(1);
  });

  test('bad arguments are refused by name, and nothing is left of a loss that throws', async () => {
    const fails = (given: Partial<TrainingProblem<Tensor4D>>, config: Partial<TrainingConfig> = {}) =>
      expect(train({ ...problem, ...given }, { ...CONFIG, ...config })).rejects;
    await fails({}, { batchSize: 0 }).toThrow(/BAD_CONFIG.*training.batchSize/);
    await fails({}, { batchSize: 11, dropLast: true }).toThrow(/BAD_CONFIG.*10 training images make no batch of 11/);
    await fails({}, { optimizer: { kind: 'adam', rate: -1 } }).toThrow(/BAD_CONFIG.*training.optimizer.rate/);
    await fails({ samples: 0 }).toThrow(/BAD_ARGUMENT.*samples must be a positive integer/);
    await fails({ parameters: {} }).toThrow(/there is no parameter/);
    await fails({
      loss: () => {
        throw new Error('my own');
      },
    }).toThrow('my own');
    await fails({ loss: ({ parameters }) => tf.sum(parameters.stem!) }).toThrow(
      /does not depend on the parameter scale/,
    );
    await fails({
      loss: (inputs) => {
        inputs.update('mean', tf.zeros([3]));
        return problem.loss(inputs);
      },
    }).toThrow(/buffer mean must stay float32 \[4\], not float32 \[3\]/);
    await fails({
      loss: (inputs) => {
        const value = problem.loss(inputs);
        inputs.update('median', value);
        return value;
      },
    }).toThrow(/updates the buffer median, which does not exist/);
    await expect(train(problem, CONFIG, { validation: { evaluate: held, patience: 0 } })).rejects.toThrow(
      /patience must be a positive integer, not 0/,
    );
  });
});
