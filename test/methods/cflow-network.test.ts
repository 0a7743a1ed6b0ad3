// CFLOW-AD's functions beyond their golden values: fibers, schedule, loss, likelihood, map, and what is refused.
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { type CFlowOptions, resolveCFlowConfig } from '../../src/methods/cflow/config.js';
import { cflowNetwork, cflowSchedule, DESIGN } from '../../src/methods/cflow/design.js';
import { fiberOrder, fibersOf, groupCount } from '../../src/methods/cflow/fibers.js';
import { cflowDecoders, cflowLoss, cflowMap, likelihoodMap } from '../../src/methods/cflow/network.js';
import { initialTensors } from '../../src/methods/parts/flow/parameters.js';
import { rateFactor, scheduleSchema } from '../../src/methods/parts/training/schedule.js';
import { Random } from '../../src/runtime/random.js';
import { refusesOptions } from '../helpers/options.js';
import { imageInput } from './flow-arrays.js';

const LEVELS = [
  { height: 4, width: 6, channels: 4 },
  { height: 2, width: 3, channels: 6 },
];
const SHAPES = LEVELS.map(({ height, width, channels }) => [height, width, channels] as const);
const SETTINGS = { levels: LEVELS, condition: 4, steps: 2 };

const config = (options: CFlowOptions = {}) =>
  resolveCFlowConfig({ couplings: 2, positionChannels: 4, fibers: 10, ...options });

describe('fibers', () => {
  test.each([
    [32 * 64 * 64, 256, 512],
    [2047, 256, 7],
    [256, 256, 1],
    [3 * 64, 256, 1],
  ])('%i of them in groups of %i are %i groups', (count, groupSize, groups) => {
    expect(groupCount({ count, groupSize })).toBe(groups);
  });

  test('are in one group at most, in an order that seed, batch and level tell alone', () => {
    const fibers = { count: 47, groupSize: 10 };
    const groups = (batch: number, level: number, seed = 3) =>
      Array.from({ length: groupCount(fibers) }, (_, i) => fibersOf(fibers, i, fiberOrder(seed, batch, level)));
    const found = groups(0, 0);
    expect(found.map(({ length }) => length)).toEqual([10, 10, 10, 10]);
    const all = found.flat();
    expect(new Set(all).size).toBe(40);
    expect(all.every((fiber) => fiber >= 0 && fiber < 47)).toBe(true);
    expect(all).not.toEqual([...all].sort((a, b) => a - b));
    expect(groups(0, 0)).toEqual(found);
    for (const other of [groups(1, 0), groups(0, 1), groups(0, 0, 4)]) expect(other).not.toEqual(found);
  });

  test('that are too few for a group are one all the same', () => {
    const few = fibersOf({ count: 7, groupSize: 10 }, 0, fiberOrder(0, 0, 0));
    expect([...few].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('the learning rate', () => {
  const LEAST = 1e-3;
  const cosine = (at: number) => LEAST + ((1 - LEAST) * (1 + Math.cos((Math.PI * at) / 25))) / 2;
  const factor = (epochs: number, step: number, stepsPerEpoch: number) =>
    rateFactor(scheduleSchema.parse(cflowSchedule(epochs)), step, { steps: epochs * stepsPerEpoch, stepsPerEpoch });

  test("is the authors' at the beginning of each of 25 meta-epochs, and stays for its 8 epochs", () => {
    for (const meta of [2, 12, 24]) {
      expect(factor(200, meta * 8 * 6, 6)).toBeCloseTo(cosine(meta), 12);
      expect(factor(200, (meta + 1) * 8 * 6 - 1, 6)).toBeCloseTo(cosine(meta), 12);
    }
  });

  test('warms up batch by batch from a tenth to where the cosine is after two', () => {
    const batches = 2 * 8 * 6;
    for (const batch of [0, 1, 50, batches - 1]) {
      expect(factor(200, batch, 6)).toBeCloseTo(0.1 + (batch / batches) * (cosine(2) - 0.1), 12);
    }
  });

  test.each([1, 2, 10, 30])('of %i epochs begins at a tenth, rises at once and ends above its least', (epochs) => {
    const factors = Array.from({ length: epochs * 20 }, (_, step) => factor(epochs, step, 20));
    expect(factors[0]).toBeCloseTo(0.1, 12);
    expect(factors[1]).toBeGreaterThan(0.1);
    expect(Math.max(...factors)).toBeGreaterThan(0.9);
    expect(Math.min(...factors)).toBeGreaterThan(LEAST);
  });
});

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  test('the loss is -log sigmoid, finite far out, and so is its slope', async () => {
    const l = [-100, -3, 0, 2, 100];
    const expected = [100, Math.log1p(Math.exp(3)), Math.LN2, Math.log1p(Math.exp(-2)), Math.exp(-100)];
    for (const [i, value] of l.entries()) {
      const at = tf.tensor1d([value]);
      const { value: loss, grad } = tf.valueAndGrad((x: tf.Tensor1D) => cflowLoss(x))(at);
      expect((await loss.data())[0]).toBeCloseTo(expected[i]!, 5);
      expect((await grad.data())[0]).toBeCloseTo(-1 / (1 + Math.exp(value)), 5);
      tf.dispose([at, loss, grad]);
    }
  });

  test('with silent subnets the likelihood is that of a standard normal, per channel', async () => {
    const decoders = cflowDecoders(SETTINGS);
    const start = initialTensors(
      decoders.flatMap(({ parameters }) => parameters),
      1,
    );
    const silent = Object.fromEntries(
      Object.entries(start).map(([name, t]) => [name, /subnet/.test(name) ? tf.zerosLike(t) : t]),
    );
    for (const [i, { height, width, channels }] of LEVELS.entries()) {
      const x = imageInput(`features ${i}`, [2, height, width, channels]);
      const l = likelihoodMap(decoders[i]!, x, silent);
      expect(l.shape).toEqual([2, height, width, 1]);
      const squares = tf.tidy(() => tf.sum(tf.square(x), 3));
      const expected = (await squares.data()).map((sum) => -0.5 * Math.log(2 * Math.PI) - (0.5 * sum) / channels);
      (await l.data()).forEach((value, k) => {
        expect(value).toBeCloseTo(expected[k]!, 5);
      });
      tf.dispose([x, l, squares]);
    }
    tf.dispose([start, silent]);
  });

  test('the likelihood of the same features depends on where they are', async () => {
    const [decoder] = cflowDecoders(SETTINGS);
    const tensors = initialTensors(decoder!.parameters, 1);
    const x = tf.ones<tf.Rank.R4>([1, 4, 6, 4]);
    const l = likelihoodMap(decoder!, x, tensors);
    const values = await l.data();
    expect(new Set(values).size).toBeGreaterThan(20);
    tf.dispose([tensors, x, l]);
  });

  test('the map is 0 where all levels peak, and follows likelihoods relative to their peaks alone', async () => {
    const likelihoods = (shift: number): Tensor4D[] => [
      tf.tensor4d(
        [1, 0, -1, -100].map((l) => l + shift),
        [1, 2, 2, 1],
      ),
      tf.tensor4d([3, 2, 2, -100], [1, 2, 2, 1]),
    ];
    const mapOf = async (shift: number): Promise<Float32Array> => {
      const map = tf.tidy(() => cflowMap(likelihoods(shift), [tf.scalar(1 + shift), tf.scalar(3)], 3, 3));
      const values = await map.data<'float32'>();
      map.dispose();
      return values;
    };
    const map = await mapOf(0);
    expect(map[0]).toBe(0);
    expect(map[8]).toBe(2);
    // Corners are aligned: the middle is the mean of all four cells.
    const [a, b] = [(1 + Math.exp(-1) + Math.exp(-2)) / 4, (1 + 2 * Math.exp(-1)) / 4];
    expect(map[4]).toBeCloseTo(2 - a - b, 6);
    (await mapOf(8)).forEach((value, i) => {
      expect(value).toBeCloseTo(map[i]!, 5);
    });
  });

  test('nothing is left behind, and features of other sizes are refused by name', () => {
    const decoders = cflowDecoders(SETTINGS);
    const tensors = initialTensors(
      decoders.flatMap(({ parameters }) => parameters),
      1,
    );
    const x = imageInput('features', [2, 4, 6, 4]);
    const before = tf.memory().numTensors;
    likelihoodMap(decoders[0]!, x, tensors).dispose();
    expect(() => likelihoodMap(decoders[1]!, x, tensors)).toThrow(
      /BAD_ARGUMENT.*vectors of level 1 must be \[48, 6\], not \[48, 4\]/,
    );
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([tensors, x]);
  });

  test("each part trains its own decoder, with steps by the level's places", () => {
    const network = cflowNetwork(config(), SHAPES);
    const parts = network.parts!(3);
    expect(parts.map(({ steps }) => steps)).toEqual([7, 1]);
    const trained = network.parameters.filter(({ isTrained }) => isTrained).map(({ name }) => name);
    expect(parts.flatMap(({ parameters }) => parameters)).toEqual(trained);
    for (const [i, { parameters }] of parts.entries()) {
      expect(parameters.every((name) => name.startsWith(`level${i}.`))).toBe(true);
    }
    const fixed = network.parameters.filter(({ isTrained }) => !isTrained).map(({ name }) => name);
    expect(fixed).toEqual([
      'level0.decoder.0.rotation',
      'level0.decoder.1.rotation',
      'level1.decoder.0.rotation',
      'level1.decoder.1.rotation',
      'peaks',
    ]);
  });

  test('the loss of a step depends on nothing but its group', async () => {
    const network = cflowNetwork(config(), SHAPES);
    const tensors: Record<string, Tensor> = initialTensors(network.parameters, 1);
    const features = LEVELS.map(({ height, width, channels }, i) => imageInput(`x${i}`, [3, height, width, channels]));
    const lossAt = async (batchNumber: number, part: number, stepOfPart: number) => {
      const place = { batchNumber, part, stepOfPart, step: 0, epoch: 0, update: () => {} };
      const loss: Scalar = tf.tidy(() =>
        network.loss({
          batch: { features },
          tensors,
          random: new Random(0),
          sampleRandom: () => new Random(0),
          ...place,
        }),
      );
      const [value] = await loss.data();
      loss.dispose();
      return value;
    };
    const first = await lossAt(0, 0, 0);
    expect(await lossAt(0, 0, 0)).toBe(first);
    for (const other of [await lossAt(0, 0, 1), await lossAt(1, 0, 0), await lossAt(0, 1, 0)]) {
      expect(other).not.toBe(first);
    }
    await expect(lossAt(0, 2, 0)).rejects.toThrow(/level 2 is missing, of 2/);
    tf.dispose([tensors, features]);
  });
});

describe('the configuration', () => {
  test("has the paper's defaults and resolves to itself", () => {
    const found = resolveCFlowConfig({});
    expect(found).toMatchObject({
      layers: ['layer2', 'layer3', 'layer4'],
      geometry: 'stretch',
      inputSize: 256,
      smoothing: 0,
      epochs: 200,
      batchSize: 32,
      learningRate: 2e-4,
      weightDecay: 0,
      couplings: 8,
      positionChannels: 128,
      fibers: 256,
      rotation: 5,
      encoderPadding: 'reflect',
    });
    expect(resolveCFlowConfig(JSON.parse(JSON.stringify(found)))).toEqual(found);
  });

  refusesOptions('CFlow', resolveCFlowConfig, [
    ['couplings', { couplings: 0 }],
    ['positionChannels', { positionChannels: 6 }],
    ['fibers', { fibers: 2.5 }],
    ['rotation', { rotation: -1 }],
    ['encoderPadding', { encoderPadding: 'edge' }],
    ['geometry', { geometry: 'tile' }],
    ['epochs', { epochs: 0 }],
    ['learningRate', { learningRate: 0 }],
    ['dims', { dims: 3 }],
  ]);

  test("sizes that a model file's arrays cannot have take no memory", () => {
    const vast = [2 ** 14, 2 ** 14, 4] as const;
    const { parameters } = cflowNetwork(config({ positionChannels: 4096 }), [vast]);
    expect(parameters[0]?.shape).toEqual([4098, 8196]);
  });

  test('mirrored borders need two cells everywhere', () => {
    const single = [...SHAPES, [1, 1, 8] as const];
    expect(() => cflowNetwork(config({ inputSize: 32 }), single)).toThrow(
      /BAD_CONFIG.*CFlow.inputSize.*32 leaves a single/,
    );
    expect(() => cflowNetwork(config({ inputSize: 32, encoderPadding: 'zeros' }), single)).not.toThrow();
  });

  test('rotation turns training images, by the generator given; 0 leaves features to the cache', () => {
    expect(DESIGN.augment!(config({ rotation: 0 }))).toBeNull();
    const view = { width: 32, height: 32, data: Uint8Array.from({ length: 3072 }, (_, i) => i % 251) };
    const turn = DESIGN.augment!(config({ rotation: 30 }))!;
    const turned = (seed: number) => turn(view, new Random(seed)).map(({ data }) => [...data]);
    expect(turned(1)).toHaveLength(1);
    expect(turned(1)).toEqual(turned(1));
    expect(turned(1)).not.toEqual(turned(2));
    expect(turned(1)[0]).not.toEqual([...view.data]);
  });
});
