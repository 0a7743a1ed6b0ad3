// What tf.matMul and those built on it are on the wasm backend once our kernel stands in: gradients, errors, memory.
import type { Rank, Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { installStockKernels, removeStockKernels } from '../../src/kernels/stock/index.js';
import { wasmBackend } from '../../src/kernels/wasm/module.js';
import { IadError } from '../../src/runtime/errors.js';
import { Random } from '../../src/runtime/random.js';

beforeAll(async () => {
  await useBackend('wasm');
});

function normal<R extends Rank>(seed: number, shape: tf.ShapeMap[R]): Tensor<R> {
  const random = new Random(seed);
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor<R>(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

function caught(run: () => unknown): unknown {
  const before = tf.memory();
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  }
}

/** d/dx of f by central differences: exact but for rounding where f is linear in each element. */
function differences(f: (x: Tensor3D) => number, x: Tensor3D): number[] {
  const step = 0.5;
  const values = x.dataSync<'float32'>();
  return Array.from(values, (value, i) => {
    const at = (other: number) =>
      tf.tidy(() =>
        f(
          tf.tensor3d(
            Float32Array.from(values, (own, j) => (i === j ? other : own)),
            x.shape,
          ),
        ),
      );
    return (at(value + step) - at(value - step)) / (2 * step);
  });
}

function expectClose(found: Tensor, wanted: ArrayLike<number>, digits: number): void {
  const values = found.dataSync();
  expect(values.length).toBe(wanted.length);
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(wanted[i]!, digits);
}

const TRANSPOSES = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));

describe('gradients', () => {
  test.each(TRANSPOSES)('transposed %s, %s', (transposeA, transposeB) => {
    const a = normal<Rank.R3>(1, transposeA ? [2, 4, 3] : [2, 3, 4]);
    const b = normal<Rank.R3>(2, transposeB ? [2, 5, 4] : [2, 4, 5]);
    const weights = normal<Rank.R3>(3, [2, 3, 5]);
    const loss = (x: Tensor3D, y: Tensor3D) => tf.matMul(x, y, transposeA, transposeB).mul(weights).sum().asScalar();
    const before = tf.memory().numTensors;
    const { value, grads } = tf.valueAndGrads((x, y) => loss(x.as3D(...a.shape), y.as3D(...b.shape)))([a, b]);
    expect(tf.memory().numTensors).toBe(before + 3);
    const wantedA = differences((x) => loss(x, b).dataSync()[0]!, a);
    const wantedB = differences((y) => loss(a, y).dataSync()[0]!, b);
    expectClose(grads[0]!, wantedA, 4);
    expectClose(grads[1]!, wantedB, 4);
    tf.dispose([a, b, weights, value, ...grads]);
  });

  test('fused with bias and relu: those of the same without fusing', () => {
    const [a, b, bias] = [normal<Rank.R2>(1, [9, 6]), normal<Rank.R2>(2, [6, 10]), normal<Rank.R1>(3, [10])];
    const fused = tf.grads((x, y, z) =>
      tf.fused.matMul({ a: x, b: y, transposeA: false, transposeB: false, bias: z, activation: 'relu' }).square().sum(),
    )([a, b, bias]);
    const plain = tf.grads((x, y, z) => tf.matMul(x, y).add(z).relu().square().sum())([a, b, bias]);
    for (const [i, one] of fused.entries()) expectClose(one, plain[i]!.dataSync(), 3);
    tf.dispose([a, b, bias, ...fused, ...plain]);
  });
});

test.each([
  ['tf.dot', 'BatchMatMul', (x: Tensor2D, y: Tensor2D) => tf.dot(x, y)],
  ['tf.outerProduct', 'BatchMatMul', (x: Tensor2D, y: Tensor2D) => tf.outerProduct(x.flatten(), y.flatten())],
  ['a dense layer', '_FusedMatMul', dense],
] as const)('%s goes through %s, and agrees with tfjs own', async (_, kernel, run) => {
  const [x, y] = [normal<Rank.R2>(1, [5, 12]), normal<Rank.R2>(2, [12, 7])];
  const { kernelNames } = await tf.profile(() => run(x, y));
  expect(kernelNames).toContain(kernel);
  const ours = tf.tidy(() => run(x, y));
  removeStockKernels('wasm');
  const own = tf.tidy(() => run(x, y));
  installStockKernels('wasm');
  expectClose(ours, own.dataSync(), 4);
  tf.disposeVariables();
  tf.dispose([x, y, ours, own]);
});

function dense(x: Tensor2D, y: Tensor2D): Tensor {
  const layer = tf.layers.dense({ units: 7, activation: 'relu', inputShape: [12] });
  layer.build([null, 12]);
  layer.setWeights([y, tf.ones([7])]);
  const out = layer.apply(x);
  if (out instanceof tf.Tensor) return out;
  throw new Error('a dense layer gives one tensor');
}

describe('errors name the op and the shapes, and leave nothing behind', () => {
  test('sizes that do not fit', () => {
    const [a, b] = [normal<Rank.R2>(1, [3, 4]), normal<Rank.R2>(2, [5, 6])];
    const error = caught(() => tf.matMul(a, b, false, true));
    expect(error).toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(`${error}`).toMatch(/BatchMatMul: a \[3,4\] and b \[5,6\] transposed/);
    const [x, y] = [normal<Rank.R3>(1, [2, 3, 4]), normal<Rank.R3>(2, [3, 4, 6])];
    expect(caught(() => tf.matMul(x, y))).toBeInstanceOf(IadError);
    tf.dispose([a, b, x, y]);
  });

  test('other types, unknown activations, a bias that does not broadcast', () => {
    const [a, b] = [normal<Rank.R3>(1, [1, 3, 4]), normal<Rank.R3>(2, [1, 4, 6])];
    const whole = tf.ones<Rank.R3>([1, 4, 6], 'int32');
    const bias = tf.ones([5]);
    const run = (name: string, inputs: Record<string, Tensor>, attrs = {}) =>
      caught(() => tf.engine().runKernel(name, inputs, { transposeA: false, transposeB: false, ...attrs }));
    expect(`${run('BatchMatMul', { a, b: whole })}`).toMatch(/b must be float32.*int32/);
    expect(`${run('_FusedMatMul', { a, b }, { activation: 'swish' })}`).toMatch(/unknown activation swish/);
    expect(`${run('_FusedMatMul', { a, b, bias })}`).toMatch(/bias \[5\] does not broadcast to \[1,3,6\]/);
    bias.dispose();
    expect(run('BatchMatMul', { a, b: bias })).toBeInstanceOf(Error);
    tf.dispose([a, b, whole]);
  });

  test.each([23_200, 40_000])('a result of %d squared is beyond the heap', (size) => {
    const [a, b] = [tf.ones<Rank.R2>([size, 1]), tf.ones<Rank.R2>([1, size])];
    const error = caught(() => tf.matMul(a, b));
    expect(error).toMatchObject({ code: 'MEMORY_BUDGET' });
    expect(`${error}`).toMatch(/BatchMatMul/);
    tf.dispose([a, b]);
  });

  test('a heap without room for the result, or for the panels', () => {
    const [a, b] = [normal<Rank.R2>(1, [30, 40]), normal<Rank.R2>(2, [40, 50])];
    const { wasm } = wasmBackend(tf.backend());
    const own: unknown = Reflect.get(wasm, '_malloc');
    if (typeof own !== 'function') throw new Error('tfjs allocates by another name');
    for (const granted of [0, 1]) {
      let asked = 0;
      Reflect.set(wasm, '_malloc', (bytes: number): unknown => (asked++ < granted ? own(bytes) : 0));
      const error = caught(() => tf.matMul(a, b));
      Reflect.set(wasm, '_malloc', own);
      expect(error).toMatchObject({ code: 'MEMORY_BUDGET' });
      expect(asked).toBe(granted + 1);
    }
    tf.dispose([a, b]);
  });
});
