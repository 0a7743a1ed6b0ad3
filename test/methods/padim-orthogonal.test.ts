// PaDiM's semi-orthogonal embedding: the projection, its statistics against NumPy, and the method as a whole.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../src/benchmark/index.js';
import { synthSamples } from '../../src/data/synth/samples.js';
import { useBackend } from '../../src/kernels/backend.js';
import { packedSize } from '../../src/kernels/packed.js';
import { resolvePaDiMConfig, wantedDims } from '../../src/methods/padim/config.js';
import type { Gaussians } from '../../src/methods/padim/gaussians.js';
import { PaDiM, type PaDiMOptions } from '../../src/methods/padim/index.js';
import { Scorer } from '../../src/methods/padim/scorer.js';
import { semiOrthogonal } from '../../src/methods/padim/semi-orthogonal.js';
import { decodeModel, encodeModel, type ModelContent } from '../../src/methods/parts/model-file.js';
import { Random } from '../../src/runtime/random.js';
import { readFixture } from '../helpers/fixture.js';
import { changedFile } from '../helpers/model-files.js';
import { expectGoldenImage, fitMadeUp, type GoldenImage } from '../helpers/padim.js';
import { relativeDifference, uniformArray } from '../helpers/random-arrays.js';
import { content, smallParts } from '../helpers/small-parts.js';

const golden = readFixture<{
  features: {
    channels: number;
    dims: number;
    images: number;
    positions: number;
    seed: number;
    train_seed: number;
    test_seed: number;
    ridge: number;
    projection: number[];
    mean: number[];
    covariance: number[];
    precision: number[];
    scores: number[];
  };
  image: GoldenImage;
}>('semi_orthogonal.json');

beforeAll(async () => {
  await useBackend('wasm');
});

/** Rows [.., channels] times a projection [channels, depth]. */
function projected(rows: Float32Array, matrix: ArrayLike<number>, depth: number): Float32Array {
  const channels = matrix.length / depth;
  return Float32Array.from({ length: (rows.length / channels) * depth }, (_, at) => {
    const [row, column] = [Math.floor(at / depth), at % depth];
    let sum = 0;
    for (let i = 0; i < channels; i++) sum += rows[row * channels + i]! * matrix[i * depth + column]!;
    return sum;
  });
}

async function distances(gaussians: Gaussians, features: Float32Array): Promise<Float32Array> {
  const scorer = new Scorer(resolvePaDiMConfig({}), gaussians);
  const tensor = tf.tensor3d(features, [1, gaussians.positions, gaussians.depth]);
  const found = await scorer.distances(tensor);
  tensor.dispose();
  scorer.dispose();
  return found;
}

describe('the projection', () => {
  const [rows, columns] = [60, 24];
  const matrix = semiOrthogonal(rows, columns, 5);
  const column = (j: number) => Float64Array.from({ length: rows }, (_, i) => matrix[i * columns + j]!);
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

  test('has orthonormal columns', () => {
    for (let a = 0; a < columns; a++) {
      for (let b = 0; b <= a; b++) expect(product(column(a), column(b))).toBeCloseTo(a === b ? 1 : 0, 6);
    }
  });

  test('is the Q of the normals drawn, with a positive diagonal of R; of fewer columns the first ones', () => {
    const random = Random.forKey('padim|semi-orthogonal', 5);
    const drawn = Array.from({ length: columns }, () => Float64Array.from({ length: rows }, () => random.normal()));
    for (const [j, normals] of drawn.entries()) {
      expect(product(column(j), normals)).toBeGreaterThan(0);
      // R is a triangle: later columns of Q have no share in a column drawn earlier.
      for (let i = j + 1; i < columns; i++) expect(Math.abs(product(column(i), normals))).toBeLessThan(1e-5);
    }
    const fewer = semiOrthogonal(rows, 3, 5);
    expect(fewer).toEqual(matrix.filter((_, at) => at % columns < 3));
  });

  test('is drawn by the seed, and may be square', () => {
    expect(semiOrthogonal(rows, columns, 5)).toEqual(matrix);
    expect(semiOrthogonal(rows, columns, 6)).not.toEqual(matrix);
    const square = semiOrthogonal(40, 40, 1);
    const vector = uniformArray(8, 40);
    expect(Math.hypot(...projected(vector, square, 40))).toBeCloseTo(Math.hypot(...vector), 5);
  });

  test('shrinks lengths, the squares on average by the share of dimensions left', () => {
    const normal = new Random(9);
    let sum = 0;
    for (let i = 0; i < 500; i++) {
      const vector = Float32Array.from({ length: rows }, () => normal.normal());
      const share = (Math.hypot(...projected(vector, matrix, columns)) / Math.hypot(...vector)) ** 2;
      expect(share).toBeLessThanOrEqual(1 + 1e-6);
      sum += share / 500;
    }
    // The share is Beta(12, 18): its mean of 500 has a standard deviation of 0.004.
    expect(Math.abs(sum - columns / rows)).toBeLessThan(0.016);
  });

  test.each([
    ['resnet18', 'auto', 100],
    ['wide_resnet50_2', 'auto', 300],
    ['resnet50_keras', 'all', 1792],
    ['resnet50', 12, 12],
  ] as const)('of %s, dims %s', (architecture, dims, wanted) => {
    expect(wantedDims(resolvePaDiMConfig({ embedding: 'orthogonal', dims }), architecture)).toBe(wanted);
  });
});

describe('the statistics', () => {
  test('are those of NumPy: projection, mean, covariance divided by N, precision, distances', async () => {
    const { channels, dims, images, positions, ridge, ...expected } = golden.features;
    const matrix = semiOrthogonal(channels, dims, expected.seed);
    expect(relativeDifference(matrix, expected.projection)).toBeLessThan(1e-6);
    const train = projected(uniformArray(expected.train_seed, images * positions * channels), matrix, dims);
    const { gaussians } = await fitMadeUp(train, { positions, depth: dims, ridge, unbiased: false });
    expect(relativeDifference(gaussians.mean, expected.mean)).toBeLessThan(1e-6);
    const factor = (p: number, row: number, column: number) =>
      column > row ? 0 : gaussians.factors[p * packedSize(dims) + packedSize(row) + column]!;
    const covariance = Float64Array.from({ length: positions * dims * dims }, (_, at) => {
      const [p, i, j] = [Math.floor(at / dims / dims), Math.floor(at / dims) % dims, at % dims];
      let sum = i === j ? -ridge : 0;
      for (let k = 0; k < dims; k++) sum += factor(p, i, k) * factor(p, j, k);
      return sum;
    });
    expect(relativeDifference(covariance, expected.covariance)).toBeLessThan(2e-6);
    const query = projected(uniformArray(expected.test_seed, positions * channels), matrix, dims);
    const found = await distances(gaussians, query);
    expect(relativeDifference(found, expected.scores)).toBeLessThan(1e-5);
    const byInverse = Array.from({ length: positions }, (_, p) => {
      const centred = Array.from({ length: dims }, (__, i) => query[p * dims + i]! - gaussians.mean[p * dims + i]!);
      const precision = expected.precision.slice(p * dims * dims, (p + 1) * dims * dims);
      return Math.sqrt(
        precision.reduce((sum, v, at) => sum + v * centred[Math.floor(at / dims)]! * centred[at % dims]!, 0),
      );
    });
    expect(relativeDifference(found, byInverse)).toBeLessThan(1e-5);
  });

  test('of as many dimensions as channels give the distances of all channels', async () => {
    const sizes = { positions: 6, depth: 12, unbiased: false };
    const [train, query] = [uniformArray(1, 40 * 72), uniformArray(2, 72)];
    const matrix = semiOrthogonal(12, 12, 3);
    const whole = await fitMadeUp(train, sizes);
    const turned = await fitMadeUp(projected(train, matrix, 12), sizes);
    const expected = await distances(whole.gaussians, query);
    expect(relativeDifference(await distances(turned.gaussians, projected(query, matrix, 12)), expected)).toBeLessThan(
      1e-5,
    );
  });

  test('of images that are all the same are ten times the Euclidean distance', async () => {
    const one = uniformArray(3, 30);
    const { gaussians } = await fitMadeUp(
      new Float32Array(8 * 30).map((_, at) => one[at % 30]!),
      { positions: 6, depth: 5, unbiased: false },
    );
    const query = uniformArray(4, 30);
    const expected = Array.from({ length: 6 }, (_, p) =>
      Math.hypot(...Array.from({ length: 5 }, (__, i) => 10 * (query[p * 5 + i]! - one[p * 5 + i]!))),
    );
    expect(relativeDifference(await distances(gaussians, query), expected)).toBeLessThan(1e-6);
  });
});

test('an image end to end through the Keras ResNet-50', async () => {
  const model = await expectGoldenImage(golden.image, { embedding: 'orthogonal' });
  model.dispose();
});

describe('the method', () => {
  const cloth = smallParts('cloth', { train: 9, testGood: 1, testPerDefect: 1 });
  const small = (options: PaDiMOptions = {}) =>
    new PaDiM({ embedding: 'orthogonal', resize: 72, inputSize: 64, dims: 30, seed: 3, ...options });

  test("has the paper's defaults; those of channels kept stay what they were", () => {
    const config = resolvePaDiMConfig({ embedding: 'orthogonal' });
    expect(config).toMatchObject({ resize: 256, inputSize: 256, dims: 'auto', ridge: 0.01, smoothing: 4 });
    expect(resolvePaDiMConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(resolvePaDiMConfig({})).toMatchObject({ embedding: 'select', inputSize: 224 });
    expect(() => resolvePaDiMConfig(JSON.parse('{"embedding": "lowrank"}'))).toThrow(/BAD_CONFIG\] PaDiM\.embedding/);
    expect(() => wantedDims(resolvePaDiMConfig({ embedding: 'orthogonal', dims: 449 }), 'resnet18')).toThrow(
      /BAD_CONFIG\] PaDiM\.dims: is 449, .* resnet18 have 448 channels/,
    );
  });

  test('gives the same on threads and from its file, in which the projection lies; nothing is left behind', async () => {
    const before = tf.memory().numTensors;
    const model = small();
    await model.fit(cloth.train, { workers: 1 });
    expect(model.learned.at(-1)).toEqual({ name: 'projection', shape: [1792, 30] });
    expect(model.channels).toEqual(Array.from({ length: 1792 }, (_, i) => i));
    const bytes = await model.toBytes();
    const { tensors } = await decodeModel(bytes, 'm.iad');
    expect(tensors.projection!.data).toEqual(semiOrthogonal(1792, 30, 3));
    const expected = (await model.predict(cloth.test, { workers: 1 })).map(content);
    const spread = small();
    await spread.fit(cloth.train, { workers: 2 });
    const loaded = await PaDiM.fromBytes(bytes);
    for (const each of [spread, loaded]) expect(Buffer.compare(await each.toBytes(), bytes)).toBe(0);
    expect((await loaded.predict(cloth.test, { workers: 2 })).map(content)).toEqual(expected);
    for (const each of [model, spread, loaded]) each.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  const without = ({ tensors: { projection: _, ...rest } }: ModelContent) => rest;
  const projection = (shape: [number, number]) => ({ shape, data: new Float32Array(shape[0] * shape[1]) });
  const changes: [string, (content: ModelContent) => Partial<ModelContent>, RegExp][] = [
    ['without a projection', (whole) => ({ tensors: without(whole) }), /its projection is missing/],
    [
      'with a projection of other channels',
      (whole) => ({ tensors: { ...whole.tensors, projection: projection([1000, 30]) } }),
      /projection is of 1000 channels, its layers have 1792/,
    ],
    [
      'with a projection to other dimensions',
      (whole) => ({ tensors: { ...whole.tensors, projection: projection([1792, 29]) } }),
      /mean is \[256,30\], .* makes \[256,29\]/,
    ],
    ['with channels', () => ({ state: { images: 3, channels: [1] } }), /description of its Gaussians is missing/],
    [
      'as one of channels kept',
      ({ config }) => ({ config: { ...Object(config), embedding: 'select' } }),
      /description of its Gaussians is missing/,
    ],
  ];
  test('is refused where its file is changed', async () => {
    const model = small();
    await model.fit(cloth.train.slice(0, 2), { workers: 1 });
    const bytes = await model.toBytes();
    model.dispose();
    for (const [what, change, message] of changes) {
      await expect(PaDiM.fromBytes(await changedFile(bytes, change), 'm.iad'), what).rejects.toThrow(message);
    }
  });

  test('of files written before there was a choice are those of channels kept', async () => {
    const model = new PaDiM({ resize: 72, inputSize: 64, dims: 10 });
    await model.fit(cloth.train.slice(0, 2), { workers: 1 });
    const whole = await decodeModel(await model.toBytes(), 'm.iad');
    const { embedding: _, ...config } = Object(whole.config);
    const loaded = await PaDiM.fromBytes(await encodeModel({ ...whole, config }));
    expect(loaded.config).toEqual(model.config);
    expect(loaded.channels).toEqual(model.channels);
    for (const each of [model, loaded]) each.dispose();
  });

  test('tells defects at image and pixel level', async () => {
    const dataset = synthSamples({ kind: 'cloth', seed: 5, size: 160, train: 16, testGood: 8, testPerDefect: 2 });
    const model = small({ resize: 128, inputSize: 128, geometry: 'stretch', dims: 100 });
    const fit = await model.fit(dataset.train, { workers: 2 });
    const found = await evaluate(model, dataset, { fit, workers: 2 });
    expect(found.image.auroc).toBeGreaterThan(0.9);
    expect(found.pixel!.auroc).toBeGreaterThan(0.9);
    model.dispose();
  });
});
