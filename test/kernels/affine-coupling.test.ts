// What affineCoupling promises, and its values and gradients against PyTorch (test/reference/flow_fixtures.py).
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { affineCoupling, affineCouplingInverse, type CouplingClamp } from '../../src/kernels/index.js';
import { readFixture } from '../helpers/fixture.js';
import { relativeDifference, uniformArray } from '../helpers/random-arrays.js';
import { BACKENDS, use } from './backends.js';
import { expectGradients } from './gradients.js';

interface Golden {
  readonly name: string;
  readonly shape: [number, number, number, number];
  readonly y: number[];
  readonly logdet: number[];
  readonly dx: number[];
  readonly da: number[];
}
const { couplings } = readFixture<{ couplings: Golden[] }>('flow.json');

const CLAMPS: Readonly<Record<string, CouplingClamp>> = {
  glow: { activation: 'atan', alpha: 3 },
  all_in_one: { activation: 'tanh', alpha: 2, slope: 0.1, shift: 0.1 },
  all_in_one_2023: { activation: 'tanh', alpha: 1.9, slope: 0.1 / 1.9, shift: 0.1 },
};
const clampOf = (name: string) => CLAMPS[name] ?? { activation: 'atan', alpha: Number.NaN };

function drawn(seed: number, shape: [number, number, number, number], factor = 1): tf.Tensor4D {
  return tf.tensor4d(
    uniformArray(seed, tf.util.sizeFromShape(shape)).map((value) => factor * value),
    shape,
  );
}

/** Both results in one vector. */
function both(x: tf.Tensor, parameters: tf.Tensor, clamp: CouplingClamp): tf.Tensor1D {
  const { values, logDeterminant } = affineCoupling(x, parameters, clamp);
  return tf.concat1d([values.flatten(), logDeterminant]);
}

describe.each(BACKENDS)('affineCoupling on $name', (backend) => {
  beforeAll(() => use(backend));

  test.each(couplings)("$name has PyTorch's values and gradients", ({ name, shape, y, logdet, dx, da }) => {
    const clamp = clampOf(name);
    tf.tidy(() => {
      const [x, parameters] = [drawn(1, shape), drawn(2, [shape[0], shape[1], shape[2], 10], 8)];
      const { values, logDeterminant } = affineCoupling(x, parameters, clamp);
      expect(values.shape).toEqual(shape);
      expect(relativeDifference(values.dataSync(), y)).toBeLessThan(1e-6);
      expect(relativeDifference(logDeterminant.dataSync(), logdet)).toBeLessThan(1e-6);
      const weights = tf.tensor1d([...uniformArray(3, y.length), ...uniformArray(4, shape[0])]);
      const loss = (...at: tf.Tensor[]) => both(at[0]!, at[1]!, clamp).mul(weights).sum().asScalar();
      const [byX, byParameters] = tf.grads(loss)([x, parameters]);
      expect(relativeDifference(byX!.dataSync(), dx)).toBeLessThan(1e-6);
      expect(relativeDifference(byParameters!.dataSync(), da)).toBeLessThan(1e-6);
    });
  });

  test.each(Object.entries(CLAMPS))('%s: the gradients are the slopes, through both results', (_, clamp) => {
    const before = tf.memory().numTensors;
    const inputs: [tf.Tensor4D, tf.Tensor4D] = [drawn(5, [2, 3, 2, 5], 2), drawn(6, [2, 3, 2, 10], 4)];
    expectGradients((x, parameters) => both(x!, parameters!, clamp), inputs, 1e-2, 1e-3);
    const [x, parameters] = inputs;
    const volume = (at: tf.Tensor4D) => affineCoupling(x, at, clamp).logDeterminant;
    expectGradients((at) => volume(at!), [parameters], 1e-1, 1e-3);
    tf.dispose(inputs);
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(Object.entries(CLAMPS))('%s: the inverse leads back, with the opposite volume', (_, clamp) => {
    const before = tf.memory().numTensors;
    const [x, parameters] = [drawn(7, [3, 4, 2, 6]), drawn(8, [3, 4, 2, 12], 10)];
    const there = affineCoupling(x, parameters, clamp);
    const back = affineCouplingInverse(there.values, parameters, clamp);
    expect(relativeDifference(back.values.dataSync(), x.dataSync())).toBeLessThan(2e-5);
    const opposite = there.logDeterminant.neg();
    expect(relativeDifference(back.logDeterminant.dataSync(), opposite.dataSync())).toBeLessThan(1e-6);
    tf.dispose([x, parameters, there.values, there.logDeterminant, back.values, back.logDeterminant, opposite]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the log-determinant is that of the numeric Jacobian, and the scale stays within its clamp', () => {
    tf.tidy(() => {
      const parameters = tf.tensor2d([[9, -4, 0.5, 2, 0, 1]]);
      const x = tf.tensor2d([[0.3, -1, 2]]);
      const slopes = [0, 1, 2].map((c) => {
        const step = tf.tensor2d([[0, 1, 2].map((at) => Number(at === c))]);
        const at = (by: tf.Tensor2D) => affineCoupling(x.add<tf.Tensor2D>(by), parameters, clampOf('glow')).values;
        return (at(step).sub(at(step.neg())).arraySync() as number[][])[0]![c]! / 2;
      });
      const { logDeterminant } = affineCoupling(x, parameters, clampOf('glow'));
      const volume = Math.log(slopes.reduce((product, slope) => product * slope, 1));
      expect(logDeterminant.dataSync()[0]).toBeCloseTo(volume, 5);
      const far = tf.tensor2d([[1e30, 0]]);
      const most = affineCoupling(tf.tensor2d([[1]]), far, { activation: 'atan', alpha: 3 }).values.dataSync()[0]!;
      expect(most).toBeCloseTo(Math.exp(3 * 0.636 * (Math.PI / 2)), 4);
      // FastFlow's: within (-2, 2).
      const fastFlow: CouplingClamp = { activation: 'tanh', alpha: 2, slope: 0.1, shift: 0.1 };
      const ends = tf.tensor2d([
        [1e30, 0],
        [-1e30, 0],
      ]);
      const { values } = affineCoupling(tf.ones([2, 1]), ends, fastFlow);
      expect(values.dataSync()[0]).toBeCloseTo(Math.exp(2), 5);
      expect(values.dataSync()[1]).toBeCloseTo(Math.exp(-2), 6);
    });
  });

  test('bad arguments are refused by name', () => {
    const clamp = clampOf('glow');
    const [x, parameters, short] = [tf.zeros([2, 3]), tf.zeros([2, 6]), tf.zeros([2, 5])];
    const [vector, empty, gone, whole] = [tf.zeros([3]), tf.zeros([2, 0]), tf.zeros([2, 3]), tf.zeros([2, 3], 'int32')];
    gone.dispose();
    const before = tf.memory().numTensors;
    expect(() => affineCoupling(x, short, clamp)).toThrow(
      /BAD_ARGUMENT.*affineCoupling: parameters must be \[d0, 6\], not \[2, 5\]/,
    );
    expect(() => affineCouplingInverse(vector, parameters, clamp)).toThrow(/affineCouplingInverse: x must be \[B, .../);
    expect(() => affineCoupling(empty, empty, clamp)).toThrow(/BAD_ARGUMENT.*x must be/);
    expect(() => affineCoupling(gone, parameters, clamp)).toThrow(/x was disposed/);
    expect(() => affineCoupling(whole, parameters, clamp)).toThrow(/x must be float32/);
    for (const wrong of [{ alpha: 0 }, { alpha: Number.NaN }, { slope: Number.POSITIVE_INFINITY }]) {
      expect(() => affineCoupling(x, parameters, { ...clamp, ...wrong })).toThrow(
        /BAD_ARGUMENT.*alpha must be above 0/,
      );
    }
    // @ts-expect-error the activation is checked at run time too
    expect(() => affineCoupling(x, parameters, { activation: 'relu', alpha: 1 })).toThrow(/must be atan or tanh/);
    expect(tf.memory().numTensors).toBe(before);
    // tfjs leaves what its tape saved behind where it finds no gradient.
    expect(() => tf.grad((at) => affineCouplingInverse(at, parameters, clamp).values)(x)).toThrow(/gradient/);
    tf.dispose([x, parameters, short, vector, empty, whole]);
  });
});
