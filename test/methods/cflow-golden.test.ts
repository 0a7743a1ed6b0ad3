// CFLOW-AD against PyTorch (test/reference/cflow_fixtures.py): likelihoods, the anomaly map, the first gradients, and a training.
import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { resolveCFlowConfig } from '../../src/methods/cflow/config.js';
import { cflowNetwork, DESIGN } from '../../src/methods/cflow/design.js';
import { type CflowLevel, cflowDecoders, cflowMap, likelihoodMap } from '../../src/methods/cflow/network.js';
import { epochOrder } from '../../src/methods/parts/training/batches.js';
import { type Tensors, train } from '../../src/methods/parts/training/index.js';
import { Random } from '../../src/runtime/random.js';
import { readFixture } from '../helpers/fixture.js';
import { relativeDifference } from '../helpers/random-arrays.js';
import { drawnTensors, imageInput, signed } from './flow-arrays.js';

/** Of an array the length, and the product with a random direction. */
type Summary = [length: number, along: number];

const golden = readFixture<{
  levels: CflowLevel[];
  condition: number;
  couplings: number;
  images: number;
  batchSize: number;
  fibers: number;
  epochs: number;
  rate: number;
  size: number;
  rotations: Record<string, number[]>;
  firstSteps: { loss: number; gradients: Record<string, Summary> }[];
  scoring: { likelihoods: number[][]; peaks: number[]; map: number[] };
  course: { losses: number[]; parameters: Record<string, Summary> };
}>('cflow.json');

const SEED = 5;
const { levels, condition, couplings, images, batchSize, fibers, epochs, rate, size } = golden;
const config = resolveCFlowConfig({
  couplings,
  positionChannels: condition,
  fibers,
  epochs,
  batchSize,
  learningRate: rate,
  seed: SEED,
});
const network = cflowNetwork(
  config,
  levels.map(({ height, width, channels }) => [height, width, channels] as const),
);

/** Some hundred float32 roundings of 2^-24 each in a row, relative to the largest value. */
const TOLERANCE = 2 ** -17;

function features(): Tensor4D[] {
  return levels.map(({ height, width, channels }, i) =>
    imageInput(`cflow x${i}`, [images, height, width, channels]).add<Tensor4D>(1),
  );
}

/** The start values of the fixture: the rotations are PyTorch's. */
function tensors(): Record<string, Tensor> {
  const rotations = Object.entries(golden.rotations).map(([name, values]): [string, Tensor] => {
    const channels = Math.sqrt(values.length);
    return [name, tf.tensor2d(values, [channels, channels])];
  });
  return { ...drawnTensors(network.parameters), ...Object.fromEntries(rotations) };
}

function split(all: Tensors): { trained: Record<string, Tensor>; fixed: Record<string, Tensor> } {
  const isTrained = new Set(network.parameters.filter((each) => each.isTrained).map(({ name }) => name));
  const part = (wanted: boolean) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => isTrained.has(name) === wanted));
  return { trained: part(true), fixed: part(false) };
}

async function expectSummary(name: string, found: Tensor, [length, along]: Summary, tolerance: number): Promise<void> {
  const values = await found.data<'float32'>();
  const direction = signed(`direction ${name}`, values.length);
  const product = values.reduce((sum, value, i) => sum + value * direction[i]!, 0);
  expect(Math.abs(Math.hypot(...values) - length), name).toBeLessThan(tolerance * length);
  expect(Math.abs(product - along), name).toBeLessThan(tolerance * length * Math.hypot(...direction));
}

describe.each(['cpu', 'wasm'] as const)('on %s, as in PyTorch:', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  test('likelihoods and the map of two images', async () => {
    const decoders = cflowDecoders({ levels, condition, steps: couplings });
    const all = tensors();
    const firstTwo = features().map((x) => x.slice([0, 0, 0, 0], [2, -1, -1, -1]));
    const likelihoods = decoders.map((decoder, i) => likelihoodMap(decoder, firstTwo[i]!, all));
    for (const [i, expected] of golden.scoring.likelihoods.entries()) {
      expect(relativeDifference(await likelihoods[i]!.data(), expected)).toBeLessThan(TOLERANCE);
    }
    const peaks = golden.scoring.peaks.map((peak) => tf.scalar(peak));
    const map = cflowMap(likelihoods, peaks, size, size);
    expect(map.shape).toEqual([2, size, size, 1]);
    expect(relativeDifference(await map.data(), golden.scoring.map)).toBeLessThan(TOLERANCE);
  });

  test('the peaks are those of the images that it is given, one by one', async () => {
    const all = tensors();
    const x = features();
    async function* batches() {
      for (let i = 2; i < images; i++) {
        yield { features: x.map((level) => level.slice([i, 0, 0, 0], [1, -1, -1, -1])) };
      }
    }
    const { peaks } = await network.conclude!(batches(), all);
    expect(relativeDifference(peaks!, golden.scoring.peaks)).toBeLessThan(TOLERANCE);
  });

  test("loss and gradients of each level's first step", async () => {
    const { trained, fixed } = split(tensors());
    const first = tf.tensor1d(epochOrder({ samples: images, seed: SEED }, 0).slice(0, batchSize), 'int32');
    const batch = { features: features().map((level) => tf.gather(level, first)) };
    for (const [part, { loss, gradients }] of golden.firstSteps.entries()) {
      const names = network.parts!(batchSize)[part]!.parameters;
      expect([...names].sort()).toEqual(Object.keys(gradients).sort());
      const lossOf = (...arrays: Tensor[]): Scalar => {
        const moved = Object.fromEntries(names.map((name, i) => [name, arrays[i]!]));
        return network.loss({ ...stepOf(part), batch, tensors: { ...trained, ...fixed, ...moved } });
      };
      const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => trained[name]!));
      expect(Math.abs((await value.data())[0]! - loss)).toBeLessThan(TOLERANCE * loss);
      for (const [i, name] of names.entries()) await expectSummary(name, grads[i]!, gradients[name]!, TOLERANCE);
    }
  });

  test('a training: the loss of every epoch, and all parameters at the end', async () => {
    const { trained, fixed } = split(tensors());
    const x = features();
    const result = await train(
      {
        parameters: trained,
        parts: network.parts!(batchSize),
        samples: images,
        batch: (indices) =>
          tf.tidy(() => ({ features: x.map((level) => tf.gather(level, tf.tensor1d([...indices], 'int32'))) })),
        loss: (inputs) => network.loss({ ...inputs, tensors: { ...inputs.parameters, ...fixed } }),
      },
      { ...DESIGN.training(config), length: { epochs }, batchSize, seed: SEED },
    );
    expect(result.steps).toBe(epochs * 2 * 5);
    const losses = result.epochs.map(({ loss }) => loss);
    // Float32 against float64 over 400 steps, each of which goes on from the one before.
    expect(relativeDifference(losses, golden.course.losses)).toBeLessThan(2 ** -13);
    for (const [name, summary] of Object.entries(golden.course.parameters)) {
      await expectSummary(name, result.parameters[name]!, summary, 2 ** -12);
    }
  });
});

function stepOf(part: number) {
  const step = { update: () => {}, step: 0, epoch: 0, batchNumber: 0, stepOfPart: 0 };
  return { ...step, part, random: Random.forKey('unused', 0), sampleRandom: () => new Random(0) };
}
