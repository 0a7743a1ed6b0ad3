// The Gaussian kernels as a method uses them: one pass over the images, factors, distances.
import * as tf from '@tensorflow/tfjs';
import { CholeskyDecomposition, inverse, Matrix, QrDecomposition } from 'ml-matrix';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { covariances } from '../../src/kernels/cholesky-batched/cases.js';
import { gpuMatrices } from '../../src/kernels/cholesky-batched/plan.js';
import { factorizeInSteps } from '../../src/kernels/cholesky-batched/webgpu.js';
import { joining } from '../../src/kernels/covariance-update/plan.js';
import {
  type CovarianceState,
  choleskyBatched,
  covarianceMean,
  covarianceMerge,
  covarianceUpdate,
  mahalanobisBatched,
} from '../../src/kernels/index.js';
import { gpuTile, wasmGroup } from '../../src/kernels/mahalanobis-batched/plan.js';
import { packedDepth, packedSize, packIndices, unpackIndices } from '../../src/kernels/packed.js';
import { type KernelCall, runKernel } from '../../src/kernels/registry.js';
import { Random } from '../../src/runtime/random.js';
import { readFixture } from '../helpers/fixture.js';
import { missing } from '../helpers/needs.js';

/** Unit roundoff of float32. */
const U = 2 ** -24;

const golden = readFixture<{
  trainSeed: number;
  querySeed: number;
  images: number;
  queries: number;
  positions: number;
  depth: number;
  ridge: number;
  mean: number[][];
  covariance: number[][];
  factors: number[][];
  distances: number[][];
}>('gaussian_scipy.json');

function normals(seed: number, length: number, mean = 0): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => mean + random.normal());
}

function signed(seed: number, shape: [number, number, number]): tf.Tensor3D {
  const random = new Random(seed);
  return tf.tensor3d(
    Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, () => 2 * random.uniform() - 1),
    shape,
  );
}

/** Disposes of the states in between. */
function stream(batches: readonly tf.Tensor3D[], range = {}): CovarianceState {
  let state: CovarianceState | null = null;
  for (const batch of batches) {
    const next: CovarianceState = covarianceUpdate(state, batch, range);
    if (state) tf.dispose({ ...state });
    state = next;
  }
  if (!state) throw new Error('no batches');
  return state;
}

/** Batches of the given sizes, one after another, of one array [N, P, D]. */
function split(values: Float32Array, sizes: readonly number[], positions: number, depth: number): tf.Tensor3D[] {
  let at = 0;
  return sizes.map((size) => {
    const from = at;
    at += size * positions * depth;
    return tf.tensor3d(values.subarray(from, at), [size, positions, depth]);
  });
}

/** Two passes in float64 over [N, P, D]: means, and packed sums of products. */
function twoPass(values: Float32Array, positions: number, depth: number) {
  const images = values.length / (positions * depth);
  const x = (n: number, p: number, d: number) => values[(n * positions + p) * depth + d]!;
  const mean = new Float64Array(positions * depth);
  const scatter = new Float64Array(positions * packedSize(depth));
  for (let p = 0; p < positions; p++) {
    for (let n = 0; n < images; n++) for (let d = 0; d < depth; d++) mean[p * depth + d]! += x(n, p, d) / images;
    for (let i = 0; i < depth; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let n = 0; n < images; n++)
          sum += (x(n, p, i) - mean[p * depth + i]!) * (x(n, p, j) - mean[p * depth + j]!);
        scatter[p * packedSize(depth) + packedSize(i) + j] = sum;
      }
    }
  }
  return { mean, scatter };
}

/** The largest |a_ij - b_ij| / sqrt(b_ii b_jj) of packed triangles. */
function worst(a: ArrayLike<number>, b: ArrayLike<number>, depth: number): number {
  const size = packedSize(depth);
  let most = 0;
  for (let start = 0; start < b.length; start += size) {
    for (let i = 0; i < depth; i++) {
      for (let j = 0; j <= i; j++) {
        const at = start + packedSize(i) + j;
        const unit = Math.sqrt(b[start + packedSize(i) + i]! * b[start + packedSize(j) + j]!);
        most = Math.max(most, Math.abs(a[at]! - b[at]!) / unit);
      }
    }
  }
  return most;
}

function unpacked(values: ArrayLike<number>, isFactor = false): Matrix {
  const depth = packedDepth(values.length);
  const full = Matrix.zeros(depth, depth);
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j <= i; j++) {
      const value = values[packedSize(i) + j]!;
      full.set(i, j, value);
      if (!isFactor) full.set(j, i, value);
    }
  }
  return full;
}

function packed(matrix: Matrix): Float32Array {
  const out = new Float32Array(packedSize(matrix.rows));
  for (let i = 0; i < matrix.rows; i++) for (let j = 0; j <= i; j++) out[packedSize(i) + j] = matrix.get(i, j);
  return out;
}

/** Q diag(1 .. 1 / condition) Q^T for a random orthogonal Q. */
function conditioned(seed: number, depth: number, condition: number): Matrix {
  const q = new QrDecomposition(new Matrix([...Array(depth).keys()].map((i) => [...normals(seed + i, depth)])))
    .orthogonalMatrix;
  const spectrum = Matrix.diag(Array.from({ length: depth }, (_, i) => condition ** (-i / (depth - 1))));
  return q.mmul(spectrum).mmul(q.transpose());
}

async function expectError(run: () => unknown, words: RegExp): Promise<void> {
  const before = tf.memory().numTensors;
  await expect(async () => run()).rejects.toThrow(words);
  expect(tf.memory().numTensors).toBe(before);
}

describe.each(['cpu', 'wasm', 'webgpu'] as const)('%s', (backend) => {
  const absent = backend === 'webgpu' ? missing('webgpu') : null;
  beforeAll(async () => {
    if (absent === null) await useBackend(backend);
  });
  const run = test.skipIf(absent !== null);
  // What a test makes goes with it.
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  run('agrees with scipy from the images to the distances, and leaves nothing behind', async () => {
    const { positions, depth, images, queries, ridge } = golden;
    const train = signed(golden.trainSeed, [images, positions, depth]);
    const query = signed(golden.querySeed, [queries, positions, depth]);
    const batches = tf.split<tf.Tensor3D>(train, [7, 1, 12], 0);
    const before = tf.memory().numTensors;
    const state = stream(batches);
    const mean = covarianceMean(state);
    const factors = await choleskyBatched(state.scatter, { scale: 1 / (images - 1), ridge });
    const squared = mahalanobisBatched(query, mean, factors);
    // Three of the state, and three more.
    expect(tf.memory().numTensors - before).toBe(6);
    const near = (found: ArrayLike<number>, wanted: number[][], error: number) => {
      expect(found.length).toBe(wanted.flat().length);
      for (const [i, value] of wanted.flat().entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(error);
    };
    near(await mean.data(), golden.mean, 10 * U);
    near(
      (await state.scatter.data()).map((value) => value / (images - 1)),
      golden.covariance,
      20 * U,
    );
    near(await factors.data(), golden.factors, 1e-5);
    const wanted = golden.distances.flat();
    for (const [i, value] of (await squared.data()).entries()) {
      expect(Math.abs(Math.sqrt(value) / wanted[i]! - 1)).toBeLessThan(1e-5);
    }
  });

  run.each([
    { data: 'about 0', mean: 0, first: 0 },
    { data: 'about 1000', mean: 1000, first: 0 },
    { data: 'whose first image is far off', mean: 0, first: 1000 },
  ])('one pass is as good as two in float64, over images $data', async ({ mean, first }) => {
    const [positions, depth, images] = [3, 19, 96];
    const values = normals(3, images * positions * depth, mean);
    for (let i = 0; i < positions * depth; i++) values[i]! += first;
    const exact = twoPass(values, positions, depth);
    for (const sizes of [[96], [32, 32, 32], [1, 95], [95, 1], Array.from({ length: 96 }, () => 1)]) {
      const batches = split(values, sizes, positions, depth);
      const state = stream(batches);
      expect(state.images).toBe(images);
      // What the documentation of CovarianceState promises, in units of sqrt(s_ii s_jj).
      const bound = (sizes.length + Math.max(...sizes) + 8) * U * (first > 0 ? Math.sqrt(images + 1) : 1);
      expect(worst(await state.scatter.data(), exact.scatter, depth)).toBeLessThan(bound);
      const [anchor, offset] = [await state.anchor.data(), await state.offset.data()];
      for (const [i, value] of exact.mean.entries()) {
        // By the sums of a batch and one rounding of each new offset.
        const error = (sizes.length + 96) * U * Math.max(first, 5);
        expect(Math.abs(anchor[i]! + offset[i]! - value)).toBeLessThan(error);
      }
    }
  });

  run('the order of the images does not count beyond rounding', async () => {
    const [positions, depth] = [2, 13];
    const values = normals(4, 24 * positions * depth);
    const [a, b, c] = split(values, [8, 8, 8], positions, depth);
    if (!a || !b || !c) throw new Error('three batches');
    const [one, other] = [stream([a, b, c]), stream([c, a, b])];
    expect(worst(await one.scatter.data(), await other.scatter.data(), depth)).toBeLessThan(2 * (3 + 8 + 8) * U);
    tf.dispose([a, b, c, { ...one }, { ...other }]);
  });

  run('workers merge to what one stream gives', async () => {
    const [positions, depth] = [3, 10];
    const values = normals(5, 40 * positions * depth, 50);
    const [a, b, c] = split(values, [25, 4, 11], positions, depth);
    if (!a || !b || !c) throw new Error('three batches');
    const parts = [a, b, c].map((batch) => covarianceUpdate(null, batch));
    const [first, second, third] = parts;
    if (!first || !second || !third) throw new Error('three workers');
    const left = covarianceMerge(covarianceMerge(first, second), third);
    const right = covarianceMerge(first, covarianceMerge(second, third));
    const exact = twoPass(values, positions, depth);
    for (const merged of [left, right]) {
      expect(merged.images).toBe(40);
      expect(worst(await merged.scatter.data(), exact.scatter, depth)).toBeLessThan((3 + 25 + 8) * U);
    }
  });

  run('blocks of positions are parts of the whole, bit for bit', async () => {
    const x = tf.tensor3d(normals(6, 6 * 11 * 9), [6, 11, 9]);
    const whole = stream([x, x]);
    const part = stream([x, x], { from: 4, count: 5 });
    for (const name of ['anchor', 'offset', 'scatter'] as const) {
      expect(await part[name].data()).toEqual(await whole[name].slice([4, 0], [5, -1]).data());
    }
    const means = [covarianceMean(whole), covarianceMean(part)] as const;
    const all = await choleskyBatched(whole.scatter, { ridge: 0.01 });
    const some = await choleskyBatched(part.scatter, { ridge: 0.01 });
    const squared = mahalanobisBatched(x, means[0], all);
    const block = mahalanobisBatched(x, means[1], some, { from: 4 });
    expect(await block.data()).toEqual(await squared.slice([0, 4], [-1, 5]).data());
  });

  run('images that are all equal leave the ridge: ten times the Euclidean distance', async () => {
    const x = tf.tensor3d(normals(7, 2 * 6), [1, 2, 6]);
    const state = stream([tf.concat([x, x, x], 0), x]);
    expect(await state.scatter.data()).toEqual(new Float32Array(2 * packedSize(6)));
    const factors = await choleskyBatched(state.scatter, { scale: 1 / 3, ridge: 0.01 });
    const mean = covarianceMean(state);
    expect(await mahalanobisBatched(x, mean, factors).data()).toEqual(Float32Array.of(0, 0));
    const shifted = mahalanobisBatched(x.add(0.3), mean, factors);
    for (const value of await shifted.data())
      expect(Math.abs(Math.sqrt(value) / (10 * 0.3 * Math.sqrt(6)) - 1)).toBeLessThan(1e-5);
  });

  run('the mean squared distance of the images themselves is D (N - 1) / N', async () => {
    const [images, depth] = [60, 12];
    const x = tf.tensor3d(normals(8, images * depth), [images, 1, depth]);
    const state = covarianceUpdate(null, x);
    const factors = await choleskyBatched(state.scatter, { scale: 1 / (images - 1) });
    const mean = (await mahalanobisBatched(x, covarianceMean(state), factors).mean().data())[0]!;
    expect(Math.abs(mean / ((depth * (images - 1)) / images) - 1)).toBeLessThan(1e-5);
  });

  run.each([1, 1e2, 1e4, 1e6])('condition %s: factors and distances against ml-matrix', async (condition) => {
    const depth = 24;
    const given = packed(conditioned(100, depth, condition));
    // The rounding to float32 is the input's: the reference starts from what the kernel is given.
    const exact = unpacked(given);
    const factors = await choleskyBatched(tf.tensor2d(given, [1, packedSize(depth)]));
    const l = unpacked(await factors.data(), true);
    expect(worst(packed(l.mmul(l.transpose())), given, depth)).toBeLessThan((depth + 3) * U);
    const own = new CholeskyDecomposition(exact).lowerTriangularMatrix;
    expect(Matrix.sub(l, own).norm() / own.norm()).toBeLessThan(condition * depth * U);
    const x = tf.tensor3d(normals(9, 5 * depth), [5, 1, depth]);
    const squared = await mahalanobisBatched(x, tf.zeros([1, depth]), factors).data();
    const inverted = inverse(exact);
    for (const [b, value] of squared.entries()) {
      const row = Matrix.rowVector([...normals(9, 5 * depth)].slice(b * depth, (b + 1) * depth));
      const wanted = row.mmul(inverted).mmul(row.transpose()).get(0, 0);
      expect(Math.abs(value / wanted - 1)).toBeLessThan(condition * depth * U);
    }
  });

  run('a condition of 1e8 from the units of the dimensions alone costs nothing', async () => {
    const depth = 24;
    const unit = (d: number) => 10 ** ((4 * d) / (depth - 1));
    const [plain, scaled] = [covariances(11, 2, depth), covariances(11, 2, depth, unit)];
    const x = normals(10, 3 * 2 * depth);
    const distances = async (matrices: Float32Array, features: Float32Array) => {
      const factors = await choleskyBatched(tf.tensor2d(matrices, [2, packedSize(depth)]));
      return mahalanobisBatched(tf.tensor3d(features, [3, 2, depth]), tf.zeros([2, depth]), factors).data();
    };
    const wanted = await distances(plain, x);
    const found = await distances(
      scaled,
      x.map((value, i) => value * unit(i % depth)),
    );
    for (const [i, value] of found.entries()) expect(Math.abs(value / wanted[i]! - 1)).toBeLessThan(1e-4);
  });

  run('a condition of 1e8 needs the ridge, and says so or stays finite', async () => {
    const depth = 24;
    const matrices = tf.tensor2d(packed(conditioned(100, depth, 1e8)), [1, packedSize(depth)]);
    const l = await choleskyBatched(matrices, { ridge: 0.01 });
    for (const value of await l.data()) expect(Number.isFinite(value)).toBe(true);
    const bare = await choleskyBatched(matrices).then(
      async (factors) => [...(await factors.data())],
      (error: Error) => error.message,
    );
    if (typeof bare === 'string') expect(bare).toContain('position 0');
    else for (const value of bare) expect(Number.isFinite(value)).toBe(true);
  });

  run('a matrix that is not positive definite is named', async () => {
    const values = covariances(12, 4, 6);
    values[2 * packedSize(6) + packedSize(4)] = -1e3;
    values[3 * packedSize(6)] = Number.NaN;
    const matrices = tf.tensor2d(values, [4, packedSize(6)]);
    await expectError(() => choleskyBatched(matrices), /position 2 \(pivot 5 of 6\)/);
    await expectError(() => choleskyBatched(matrices, { ridge: Number.NaN }), /ridge must be a finite number/);
    const odd = tf.tensor2d(values.subarray(0, 7), [1, 7]);
    await expectError(() => choleskyBatched(odd), /No triangle has 7 elements/);
  });

  run('a device that fails while the status is read leaves nothing behind', async () => {
    const matrices = tf.tensor2d(covariances(12, 2, 6), [2, packedSize(6)]);
    const read = vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValueOnce(new Error('the device is lost'));
    await expectError(() => choleskyBatched(matrices), /the device is lost/);
    read.mockRestore();
  });

  run('bad input is refused by name', async () => {
    const x = tf.zeros<tf.Rank.R3>([2, 3, 4]);
    const state = covarianceUpdate(null, x);
    const [mean, factors] = [tf.zeros<tf.Rank.R2>([3, 4]), tf.zeros<tf.Rank.R2>([3, 10])];
    const wide = tf.zeros<tf.Rank.R3>([2, 3, 5]);
    const none = tf.zeros<tf.Rank.R3>([0, 3, 4]);
    const whole = tf.zeros<tf.Rank.R3>([2, 3, 4], 'int32');
    await expectError(
      () => covarianceUpdate(null, none),
      /covarianceUpdate: features must be \[B, P, D\], not \[0, 3, 4\]/,
    );
    await expectError(() => covarianceUpdate(null, whole), /features must be float32/);
    await expectError(() => covarianceUpdate(state, wide), /state.anchor must be \[p, 5\], not \[3, 4\]/);
    await expectError(() => covarianceUpdate(null, x, { from: 3 }), /from must be an integer in 0..2, not 3/);
    await expectError(
      () => covarianceUpdate(null, x, { from: 2, count: 2 }),
      /count must be an integer in 1..1, not 2/,
    );
    await expectError(() => covarianceUpdate(state, x, { count: 2 }), /state has 3 positions, the range 2/);
    const other = covarianceUpdate(null, x, { count: 2 });
    await expectError(() => covarianceMerge(state, other), /b.anchor must be \[p, D\], not \[2, 4\]/);
    await expectError(() => mahalanobisBatched(wide, mean, factors), /mean must be \[p, 5\], not \[3, 4\]/);
    await expectError(() => mahalanobisBatched(x, mean, mean), /factors must be \[p, 10\], not \[3, 4\]/);
    await expectError(
      () => mahalanobisBatched(x, mean, factors, { from: 1 }),
      /from must be an integer in 0..0, not 1/,
    );
    await expectError(
      () => covarianceMean({ ...state, offset: factors }),
      /covarianceMean: state.offset must be \[p, 4\], not \[3, 10\]/,
    );
    x.dispose();
    await expectError(() => mahalanobisBatched(x, mean, factors), /features was disposed/);
    await expectError(() => covarianceUpdate(state, x), /features was disposed/);
  });
});

describe('webgpu alone', () => {
  const absent = missing('webgpu');
  const run = test.skipIf(absent !== null);
  beforeAll(async () => {
    if (absent === null) await useBackend('webgpu');
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  run('matrices dispatch by dispatch', async () => {
    const kernel = { name: 'CholeskyInSteps', webgpu: (call: KernelCall) => factorizeInSteps(call, 3) };
    const matrices = tf.tensor2d(covariances(3, 8, 5), [8, packedSize(5)]);
    const [factors, status] = runKernel(kernel, { matrices }, { scale: 1, ridge: 0 });
    expect(await status?.data()).toEqual(new Int32Array(8));
    const whole = await choleskyBatched(matrices);
    expect(await factors?.data()).toEqual(await whole.data());
  });
});

test('plans', () => {
  expect(wasmGroup(1, 100)).toBe(8);
  expect(wasmGroup(33, 100)).toBe(40);
  expect(wasmGroup(1000, 550)).toBe(112);
  expect(wasmGroup(9, 100_000)).toBe(8);
  expect(gpuTile(1, 100)).toEqual({ images: 1, rows: 8 });
  expect(gpuTile(2, 735)).toEqual({ images: 4, rows: 4 });
  expect(gpuTile(2, 750)).toEqual({ images: 1, rows: 8 });
  expect(gpuTile(1, 3448)).toEqual({ images: 1, rows: 8 });
  expect(gpuTile(1, 3449)).toBeNull();
  expect(gpuMatrices(1)).toBeGreaterThan(1e6);
  expect(gpuMatrices(550)).toBe(180);
  expect(gpuMatrices(1e5)).toBe(1);
  expect(joining(3, 1)).toEqual({ shift: Math.sqrt(0.75), keep: 0.25 });
});

test.each([1, 2, 3, 17])('packing and unpacking a matrix of %s rows', (depth) => {
  expect(packedDepth(packedSize(depth))).toBe(depth);
  const triangle = Float32Array.from({ length: packedSize(depth) + 1 }, (_, i) => (i < packedSize(depth) ? i + 1 : 0));
  for (const above of ['zero', 'mirrored'] as const) {
    const full = Float32Array.from(unpackIndices(depth, above), (at) => triangle[at]!);
    expect(Float32Array.from(packIndices(depth), (at) => full[at]!)).toEqual(triangle.subarray(0, -1));
    const upper = full[depth - 1]!;
    expect(upper).toBe(depth === 1 || above === 'mirrored' ? full[(depth - 1) * depth] : 0);
  }
  expect(packedDepth(packedSize(depth) + (depth === 1 ? 1 : depth))).toBeNaN();
});
