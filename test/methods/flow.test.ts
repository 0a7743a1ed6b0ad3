// What every normalizing flow promises: it can be inverted, its log-determinant is that of its Jacobian, and it starts as its paper
// says. The same on every backend.
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { determinant, Matrix } from 'ml-matrix';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { allInOneClamp, couplingSizes } from '../../src/methods/parts/flow/all-in-one.js';
import {
  type Flow,
  type Flowed,
  logLikelihood,
  negativeLogLikelihood,
  sequence,
} from '../../src/methods/parts/flow/flow.js';
import { cflowDecoder, csFlow, differNetFlow, fastFlow } from '../../src/methods/parts/flow/flows.js';
import { permutation, randomOrders, rotation } from '../../src/methods/parts/flow/mixing.js';
import { initialTensors, type NamedTensors } from '../../src/methods/parts/flow/parameters.js';
import { positionalCode } from '../../src/methods/parts/flow/positional-code.js';
import { randomRotation } from '../../src/methods/parts/flow/rotation.js';
import { Random } from '../../src/runtime/random.js';
import { relativeDifference } from '../helpers/random-arrays.js';
import { drawnTensors, imageInput, matrixInput } from './flow-arrays.js';

type Shape = [number, number, number, number];

function fastFlowOf(channels: number, steps: number): Flow<Tensor4D> {
  const orders = randomOrders(channels, steps, 3);
  return fastFlow('flow', { channels, kernels: 'alternating', hiddenRatio: 1, tanh: 'plain', orders });
}

function csFlowOf(channels: number, hidden: number): Flow<Tensor4D[]> {
  const blocks = [3, 5].map((size) => ({ size, orders: randomOrders(channels, 3, size) }));
  return csFlow('flow', { channels, hidden, blocks });
}

function differNetOf(channels: number, hidden: number, blocks: number): Flow<Tensor2D[]> {
  return differNetFlow('flow', {
    channels,
    hidden: [hidden, hidden, hidden],
    orders: randomOrders(channels, blocks, 4),
  });
}

const CFLOW = { channels: 6, condition: 4, steps: 3, tanh: 'plain' } as const;

/** A flow on the flat values of a batch, with all its scales in one row: [B, D]. */
interface FlatFlow {
  readonly name: string;
  readonly dimensions: number;
  readonly flow: Pick<Flow<Tensor4D>, 'parameters'>;
  readonly forward: (x: Tensor2D, tensors: NamedTensors) => Flowed<Tensor2D>;
  readonly inverse: (z: Tensor2D, tensors: NamedTensors) => Tensor2D;
}

function flat<T extends Tensor>(
  name: string,
  flow: Flow<T[]>,
  shapes: readonly number[][],
  view: (rows: Tensor2D, shape: number[]) => T,
): FlatFlow {
  const sizes = shapes.map((shape) => tf.util.sizeFromShape(shape));
  // By slices: tfjs has no gradient of a split into one.
  const split = (x: Tensor2D) =>
    shapes.map((shape, i) => {
      const start = sizes.slice(0, i).reduce((sum, size) => sum + size, 0);
      return view(x.slice([0, start], [-1, sizes[i]!]), [x.shape[0], ...shape]);
    });
  const joined = (scales: readonly Tensor[]) =>
    tf.concat2d(
      scales.map((z) => z.as2D(z.shape[0]!, z.size / z.shape[0]!)),
      1,
    );
  return {
    name,
    dimensions: sizes.reduce((sum, size) => sum + size, 0),
    flow,
    forward: (x, tensors) => {
      const { values, logDeterminant } = flow.forward(split(x), tensors);
      return { values: joined(values), logDeterminant };
    },
    inverse: (z, tensors) => joined(flow.inverse(split(z), tensors)),
  };
}

const asImage = (rows: Tensor2D, [b = 1, h = 1, w = 1, c = 1]: number[]) => rows.as4D(b, h, w, c);
const asRows = (rows: Tensor2D) => rows;

function ofOne<T extends Tensor>(flow: Flow<T>, condition?: (rows: number) => Tensor2D): Flow<T[]> {
  const only = (scales: readonly T[]) => scales[0]!;
  const given = (x: T) => condition?.(x.shape[0]!);
  return {
    parameters: flow.parameters,
    forward: (scales, tensors) => {
      const { values, logDeterminant } = flow.forward(only(scales), tensors, given(only(scales)));
      return { values: [values], logDeterminant };
    },
    inverse: (scales, tensors) => [flow.inverse(only(scales), tensors, given(only(scales)))],
  };
}

const sameCode = (rows: number) => matrixInput('condition', 1, CFLOW.condition).tile<Tensor2D>([rows, 1]);
const pyramid = (channels: number) => [
  [4, 4, channels],
  [2, 2, channels],
  [1, 1, channels],
];

const FLOWS: readonly FlatFlow[] = [
  flat('FastFlow, 3 steps', ofOne(fastFlowOf(4, 3)), [[2, 2, 4]], asImage),
  flat('FastFlow, 2 steps, odd channels', ofOne(fastFlowOf(5, 2)), [[2, 3, 5]], asImage),
  flat('CFLOW-AD, 3 steps', ofOne(cflowDecoder('decoder', CFLOW), sameCode), [[6]], asRows),
  flat('CS-Flow, 2 blocks', csFlowOf(4, 8), pyramid(4), asImage),
  flat('DifferNet, 3 blocks', differNetOf(8, 16, 3), [[8]], asRows),
];

/** log |det| of the Jacobian of f at x [1, D]: as many copies of x as it has values, each asked for one of z's slopes. */
function jacobianVolume(f: (rows: Tensor2D) => Tensor2D, x: Tensor2D): number {
  const size = x.shape[1];
  const copies = x.tile<Tensor2D>([size, 1]);
  const slopes = tf.grad((rows: Tensor) => f(rows.as2D(size, size)).mul(tf.eye(size)).sum())(copies);
  return Math.log(Math.abs(determinant(Matrix.from1DArray(size, size, [...slopes.dataSync()]))));
}

describe.each(['cpu', 'wasm'] as const)('flows on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(FLOWS)('$name: the inverse leads back, and nothing is left behind', ({ dimensions, flow, ...flat }) => {
    const tensors = drawnTensors(flow.parameters);
    const x = matrixInput('inverse', 3, dimensions);
    const before = tf.memory().numTensors;
    const back = tf.tidy(() => flat.inverse(flat.forward(x, tensors).values, tensors));
    expect(relativeDifference(back.dataSync(), x.dataSync())).toBeLessThan(1e-5);
    back.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([tensors, x]);
  });

  test.each(FLOWS)('$name: the log-determinant is that of its Jacobian', ({ dimensions, flow, ...flat }) => {
    tf.tidy(() => {
      const tensors = drawnTensors(flow.parameters);
      const volumes = [0, 1, 2].map((sample) => {
        const x = matrixInput(`jacobian ${sample}`, 1, dimensions);
        const found = flat.forward(x, tensors).logDeterminant.dataSync()[0]!;
        const volume = jacobianVolume((rows) => flat.forward(rows, tensors).values, x);
        expect(Math.abs(found - volume)).toBeLessThan(1e-5 * Math.max(1, Math.abs(volume)));
        return volume;
      });
      expect(Math.max(...volumes) - Math.min(...volumes)).toBeGreaterThan(0.05);
    });
  });

  test.each([6, 7])('eight steps of FastFlow on %d channels lead back too', (channels) => {
    tf.tidy(() => {
      const flow = fastFlowOf(channels, 8);
      const [tensors, x] = [drawnTensors(flow.parameters), imageInput('eight', [2, 4, 5, channels])];
      const back = flow.inverse(flow.forward(x, tensors).values, tensors);
      expect(relativeDifference(back.dataSync(), x.dataSync())).toBeLessThan(1e-5);
    });
  });

  test('FastFlow with subnets of zero starts as a permutation, CS-Flow as it is', () => {
    tf.tidy(() => {
      const shape: Shape = [2, 2, 3, 5];
      const orders = randomOrders(5, 2, 7);
      const flow = fastFlow('flow', { channels: 5, kernels: '3x3', hiddenRatio: 1, tanh: 'plain', orders });
      const drawn = initialTensors(flow.parameters, 1);
      const silent = Object.entries(drawn).map(([name, tensor]): [string, Tensor] => [
        name,
        name.includes('subnet') ? tf.zerosLike(tensor) : tensor,
      ]);
      const x = imageInput('start', shape);
      const started = flow.forward(x, Object.fromEntries(silent));
      const permuted = orders.reduce((at, order) => tf.gather(at, order, 3), x);
      expect(relativeDifference(started.values.dataSync(), permuted.dataSync())).toBeLessThan(1e-6);
      // 12 logarithms of a scale that is 1 but for rounding.
      for (const volume of started.logDeterminant.dataSync()) expect(Math.abs(volume)).toBeLessThan(2 * 5 * 6 * 1e-6);

      const cross = csFlowOf(4, 6);
      const scales = pyramid(4).map(([h = 1, w = 1, c = 1], i) => imageInput(`start ${i}`, [2, h, w, c]));
      const { values, logDeterminant } = cross.forward(scales, initialTensors(cross.parameters, 1));
      for (const [i, scale] of scales.entries()) {
        const both = [3, 5].reduce((at, size) => tf.gather(at, randomOrders(4, 3, size)[i]!, 3), scale);
        expect(values[i]!.dataSync()).toEqual(both.dataSync());
      }
      expect([...logDeterminant.dataSync()]).toEqual([0, 0]);
    });
  });

  test('in CS-Flow the coarsest scale reaches the finest', () => {
    tf.tidy(() => {
      const flow = csFlowOf(4, 6);
      const tensors = drawnTensors(flow.parameters);
      const scales = pyramid(4).map(([h = 1, w = 1, c = 1], i) => imageInput(`cross ${i}`, [1, h, w, c]));
      const moved = scales.with(2, scales[2]!.add(0.5));
      const finest = (at: NamedTensors, x: Tensor4D[]) => flow.forward(x, at).values[0]!.dataSync();
      expect(relativeDifference(finest(tensors, moved), finest(tensors, scales))).toBeGreaterThan(1e-3);
      const apart = Object.entries(tensors).map(([name, tensor]): [string, Tensor] => [
        name,
        /\.(up|down)\d\d\./.test(name) ? tf.zerosLike(tensor) : tensor,
      ]);
      expect(finest(Object.fromEntries(apart), moved)).toEqual(finest(Object.fromEntries(apart), scales));
    });
  });

  test('in one block of CS-Flow the middle scale reaches the finest', () => {
    tf.tidy(() => {
      const flow = csFlow('flow', { channels: 4, hidden: 6, blocks: [{ size: 3, orders: randomOrders(4, 3, 3) }] });
      const tensors = drawnTensors(flow.parameters);
      const scales = pyramid(4).map(([h = 1, w = 1, c = 1], i) => imageInput(`block ${i}`, [1, h, w, c]));
      const moved = scales.with(1, scales[1]!.add(0.5));
      const finest = (x: Tensor4D[]) => flow.forward(x, tensors).values[0]!.dataSync();
      expect(relativeDifference(finest(moved), finest(scales))).toBeGreaterThan(1e-3);
    });
  });

  test('CS-Flow and DifferNet cut off at a million, and nothing below it', () => {
    tf.tidy(() => {
      const flow = differNetOf(6, 5, 1);
      const drawn = drawnTensors(flow.parameters);
      const silent = Object.fromEntries(
        flow.parameters.map(({ name, isTrained }) => [name, isTrained ? tf.zerosLike(drawn[name]!) : drawn[name]!]),
      );
      const x = tf.tensor2d([[9e5, -9e5, 2e6, -2e6, 1, 0]]);
      const [values] = flow.forward([x], silent).values;
      const expected = [9e5, -9e5, 1e6, -1e6, 1, 0];
      expect([...values!.dataSync()].sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
    });
  });

  test.each(FLOWS)('$name: learns from its initial values, and frees what it used', ({ dimensions, flow, ...flat }) => {
    const before = tf.memory().numTensors;
    const start = initialTensors(flow.parameters, 2);
    const variables = flow.parameters.map(({ name, isTrained }) => tf.variable(start[name]!, isTrained));
    const tensors = Object.fromEntries(flow.parameters.map(({ name }, i) => [name, variables[i]!]));
    const x = matrixInput('learn', 8, dimensions);
    const fixed = flow.parameters.filter(({ isTrained }) => !isTrained).map(({ name }) => tensors[name]!);
    const kept = fixed.map((tensor) => tensor.dataSync().slice());
    const optimizer = tf.train.adam(0.02);
    const losses = Array.from({ length: 12 }, () => {
      const loss = optimizer.minimize(() => {
        const { values, logDeterminant } = flat.forward(x, tensors);
        return negativeLogLikelihood([values], logDeterminant).mean();
      }, true);
      const value = loss!.dataSync()[0]!;
      loss!.dispose();
      return value;
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.02 * dimensions);
    expect(fixed.map((tensor) => tensor.dataSync().slice())).toEqual(kept);
    optimizer.dispose();
    tf.dispose([x, start, variables]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('what does not fit is refused by name, and leaves nothing behind', () => {
    const flow = fastFlowOf(4, 2);
    const cross = csFlowOf(4, 2);
    const decoder = cflowDecoder('decoder', CFLOW);
    const [tensors, crossTensors, decoderTensors] = [flow, cross, decoder].map(({ parameters }) =>
      drawnTensors(parameters),
    );
    const x = imageInput('errors', [1, 2, 2, 4]);
    const rows = matrixInput('errors', 3, 6);
    const narrow = matrixInput('errors', 3, 3);
    const before = tf.memory().numTensors;
    const { 'flow.1.gamma': _, ...without } = tensors!;
    expect(() => flow.forward(x, without)).toThrow(/BAD_ARGUMENT.*flow\.1\.gamma: a flow misses its array/);
    expect(() => flow.forward(x, { ...tensors, 'flow.0.subnet.0.weight': x.flatten() })).toThrow(
      /flow\.0\.subnet\.0\.weight: a flow needs an array of rank 4, not \[16\]/,
    );
    expect(() => decoder.forward(rows, decoderTensors!)).toThrow(/needs a condition of 4 channels, not none/);
    expect(() => decoder.forward(rows, decoderTensors!, narrow)).toThrow(/of 4 channels, not \[3, 3\]/);
    expect(() => cross.forward([x, x, x], crossTensors!)).toThrow(/three scales, each half the one before, not \[1, 2/);
    expect(() => cross.forward([x, x], crossTensors!)).toThrow(/a flow of 3 scales was given 2/);
    expect(() => cross.inverse([x], crossTensors!)).toThrow(/BAD_ARGUMENT/);
    expect(() => differNetOf(7, 4, 1)).toThrow(/BAD_ARGUMENT.*channels \/ 2 must be an integer/);
    expect(() => fastFlowOf(1, 1)).toThrow(/BAD_ARGUMENT.*channels must be an integer in 2/);
    expect(() => permutation([0, 2, 2])).toThrow(/permutation/);
    expect(() => sequence([])).toThrow(/at least one step/);
    // The vector that stood in for a filter.
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([tensors, crossTensors, decoderTensors, x, rows, narrow]);
  });

  test('the likelihood is that of independent standard normals', () => {
    tf.tidy(() => {
      const [a, b] = [imageInput('likelihood', [2, 1, 2, 2]), matrixInput('likelihood', 2, 3)];
      const volume = tf.tensor1d([0.5, -2]);
      const found = logLikelihood([a, b], volume).dataSync();
      for (const [sample, added] of [0.5, -2].entries()) {
        const values = [...a.dataSync().subarray(4 * sample, 4 * sample + 4)].concat([
          ...b.dataSync().subarray(3 * sample, 3 * sample + 3),
        ]);
        const density = values.reduce((sum, z) => sum + Math.log(Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)), 0);
        expect(found[sample]).toBeCloseTo(density + added, 5);
      }
    });
  });
});

describe('initial values', () => {
  test("are PyTorch's for the subnets, neutral elsewhere, and belong to their names", () => {
    tf.tidy(() => {
      const flow = fastFlowOf(6, 3);
      const drawn = initialTensors(flow.parameters, 11);
      const weight = drawn['flow.1.subnet.0.weight']!;
      expect(weight.shape).toEqual([1, 1, 3, 3]);
      const random = Random.forKey('flow.1.subnet.0.weight', 11);
      const expected = Float32Array.from({ length: 9 }, () => (2 * random.uniform() - 1) / Math.sqrt(3));
      expect(weight.dataSync()).toEqual(expected);
      const wide = drawn['flow.2.subnet.1.bias']!.dataSync();
      expect(Math.max(...wide.map(Math.abs))).toBeLessThan(1 / Math.sqrt(27));
      expect(drawn['flow.0.offset']!.dataSync()).toEqual(new Float32Array(6));
      for (const gamma of drawn['flow.0.gamma']!.dataSync()) {
        expect(gamma).toBeCloseTo(9.9865, 4);
        expect(0.1 * 2 * Math.log1p(Math.exp(0.5 * gamma))).toBeCloseTo(1, 6);
      }
      const other = initialTensors(fastFlowOf(6, 2).parameters, 11);
      for (const [name, tensor] of Object.entries(other)) expect(tensor.dataSync()).toEqual(drawn[name]!.dataSync());
      expect(initialTensors(flow.parameters, 12)['flow.1.subnet.0.weight']!.dataSync()).not.toEqual(expected);
    });
  });

  test('the published sizes', () => {
    const count = (parameters: Flow<Tensor4D>['parameters']) =>
      parameters.reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0);
    const blocks = [3, 3, 3, 5].map((size) => ({ size, orders: randomOrders(304, 3, size) }));
    expect(count(csFlow('flow', { channels: 304, hidden: 1024, blocks }).parameters) / 1e6).toBeCloseTo(275, 0);
    expect(count(differNetOf(768, 2048, 8).parameters) / 1e6).toBeCloseTo(172, 0);
    const levels = [64, 128, 256].map((channels) =>
      fastFlow('flow', {
        channels,
        kernels: '3x3',
        hiddenRatio: 1,
        tanh: 'plain',
        orders: randomOrders(channels, 8, 1),
      }),
    );
    expect(levels.reduce((sum, { parameters }) => sum + count(parameters), 0) / 1e6).toBeCloseTo(4.66, 2);
  });

  test('the odd channel passes unchanged', () => {
    expect(couplingSizes(5)).toEqual({ kept: 3, changed: 2 });
    expect(allInOneClamp(2, 'scaled')).toEqual({ activation: 'tanh', alpha: 2, slope: 0.05, shift: 0.1 });
  });
});

describe('mixing', () => {
  const drawnRotation = (size: number, random: Random) => tf.tidy(() => randomRotation(size, random).dataSync());

  test.each([1, 2, 3, 8, 33, 150])('a random rotation of %i dimensions is one', (size) => {
    const matrix = Matrix.from1DArray(size, size, drawnRotation(size, new Random(size)));
    const product = matrix.mmul(matrix.transpose()).sub(Matrix.eye(size));
    expect(product.max()).toBeLessThan(1e-6);
    expect(product.min()).toBeGreaterThan(-1e-6);
    expect(determinant(matrix)).toBeCloseTo(1, 5);
  });

  test('rotations are drawn uniformly: every entry has the mean 0 and the mean square 1 / size', () => {
    const random = new Random(5);
    const [size, draws] = [3, 4000];
    const [sums, squares] = [new Float64Array(9), new Float64Array(9)];
    for (let i = 0; i < draws; i++) {
      for (const [at, value] of drawnRotation(size, random).entries()) {
        sums[at]! += value / draws;
        squares[at]! += value ** 2 / draws;
      }
    }
    // The deviations of these means are 0.0091 and 0.0047.
    for (const mean of sums) expect(Math.abs(mean)).toBeLessThan(0.04);
    for (const mean of squares) expect(Math.abs(mean - 1 / size)).toBeLessThan(0.02);
  });

  test('orders and rotations come from their seeds', () => {
    const orders = randomOrders(16, 3, 9);
    expect(orders).toEqual(randomOrders(16, 3, 9));
    expect(orders).not.toEqual(randomOrders(16, 3, 10));
    expect(new Set(orders.map(String)).size).toBe(3);
    for (const order of orders)
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    const drawn = (seed: number) => tf.tidy(() => initialTensors(rotation('r', 4).parameters, seed).r!.dataSync());
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(4));
  });
});

describe('positionalCode', () => {
  test('encodes the column in its first half and the row in its second', () => {
    const [height, width, channels] = [3, 4, 8];
    const code = positionalCode(height, width, channels);
    expect(code.length).toBe(height * width * channels);
    const at = (y: number, x: number) => [...code.subarray((y * width + x) * channels).subarray(0, channels)];
    expect(at(0, 0)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(at(2, 1).slice(0, 4)).toEqual(at(0, 1).slice(0, 4));
    expect(at(2, 1).slice(4)).toEqual(at(2, 3).slice(4));
    expect(at(2, 3)[0]).toBeCloseTo(Math.sin(3), 6);
    expect(at(2, 3)[6]).toBeCloseTo(Math.sin(2 / 100), 6);
  });

  test('needs whole sines and cosines for both', () => {
    expect(() => positionalCode(2, 2, 6)).toThrow(/BAD_ARGUMENT.*positionalCode/);
  });
});
