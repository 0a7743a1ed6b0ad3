// DifferNet against PyTorch, Pillow and SciPy (test/reference/differnet_fixtures.py), and what its parts promise.
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ARCHITECTURES } from '../../src/backbones/architecture.js';
import { foldWeights } from '../../src/backbones/fold.js';
import { createBackbone } from '../../src/backbones/graph.js';
import type { Architecture, Backbone, LayerName } from '../../src/backbones/types.js';
import { rotate } from '../../src/data/augment/index.js';
import type { Image } from '../../src/data/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { scoringAngles, turnedCopies } from '../../src/methods/differnet/augment.js';
import { resolveDifferNetConfig } from '../../src/methods/differnet/config.js';
import { differNetLoss, differNetNetwork, pooled, vectorScores } from '../../src/methods/differnet/network.js';
import { rotationScore, scoreWithMap } from '../../src/methods/differnet/score.js';
import { rotateSpline } from '../../src/methods/differnet/spline.js';
import { initialTensors } from '../../src/methods/parts/flow/parameters.js';
import { pyramid } from '../../src/methods/parts/trained/index.js';
import { Random } from '../../src/runtime/random.js';
import { goldenImage, seededStateDict } from '../backbones/golden.js';
import { readFixture } from '../helpers/fixture.js';
import { relativeDifference } from '../helpers/random-arrays.js';
import { drawnTensors, matrixInput, signed } from './flow-arrays.js';

const { method, alexNet, splines } = readFixture<{
  method: {
    readonly side: number;
    readonly layer: 'layer1';
    readonly hidden: number;
    readonly angles: number[];
    readonly orders: number[][];
    readonly y: number[];
    readonly z: number[];
    readonly logDeterminant: number[];
    readonly loss: number;
    readonly score: number;
    readonly map: number[];
  };
  alexNet: { readonly side: number; readonly y: number[] };
  splines: { readonly side: number; readonly degrees: number; readonly turned: number[] }[];
}>('differnet.json');

/** Float32 sums of a dozen layers. */
const TOLERANCE = 1e-5;

beforeAll(() => useBackend('wasm'));

async function view(): Promise<Image> {
  const pixels = goldenImage(method.side, method.side);
  const data = Uint8Array.from(await pixels.data());
  pixels.dispose();
  return { width: method.side, height: method.side, data };
}

async function seededBackbone(architecture: Architecture, until: LayerName): Promise<Backbone> {
  const description = { id: 'seeded', path: 'seeded', architecture, until };
  return createBackbone(await foldWeights(seededStateDict(architecture, until), description));
}

function featuresOf(network: Backbone, layer: LayerName, side: number): (images: Tensor4D) => Tensor4D[] {
  const { of } = pyramid(side, 3);
  return (images) => tf.tidy(() => of(images).map((scale) => network.features(scale, [layer])[layer]));
}

test('as in PyTorch: the vector of an image, its density, the score, and the map by gradients', async () => {
  const network = await seededBackbone('resnet18', method.layer);
  const features = featuresOf(network, method.layer, method.side);
  const flow = differNetNetwork({ channels: method.y.length, hidden: method.hidden, orders: method.orders });
  const tensors = drawnTensors(flow.parameters);
  const image = await view();
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const y = pooled(features(tf.tensor4d(Float32Array.from(image.data), [1, method.side, method.side, 3])));
    expect(relativeDifference(y.dataSync(), method.y)).toBeLessThan(TOLERANCE);
    const { values, logDeterminant } = flow.forward([y], tensors);
    expect(relativeDifference(values[0]!.dataSync(), method.z)).toBeLessThan(10 * TOLERANCE);
    expect(relativeDifference(logDeterminant.dataSync(), method.logDeterminant.slice(0, 1))).toBeLessThan(
      10 * TOLERANCE,
    );
  });
  const scoring = { flow, tensors, features, angles: method.angles };
  const score = await rotationScore(image, scoring);
  expect(Math.abs(score / method.score - 1)).toBeLessThan(10 * TOLERANCE);
  const scored = await scoreWithMap(image, scoring, { smoothing: 3, inputScale: ARCHITECTURES.resnet18.input.scale });
  expect(Math.abs(scored.score / score - 1)).toBeLessThan(1e-6);
  // A gradient jumps where float32 and float64 fall to different sides of a ReLU.
  expect(relativeDifference(scored.map, method.map)).toBeLessThan(1e-3);
  expect(tf.memory().numTensors).toBe(before);
  network.dispose();
  tf.dispose(tensors);
});

test("as in PyTorch: AlexNet's vector of an image", async () => {
  const network = await seededBackbone('alexnet', 'features.12');
  tf.tidy(() => {
    const y = pooled(featuresOf(network, 'features.12', alexNet.side)(goldenImage(alexNet.side, alexNet.side)));
    expect(y.shape).toEqual([1, 768]);
    expect(relativeDifference(y.dataSync(), alexNet.y)).toBeLessThan(TOLERANCE);
  });
  network.dispose();
});

describe('rotation by splines', () => {
  test.each(splines)("$side x $side by $degrees degrees, as SciPy's", ({ side, degrees, turned }) => {
    const image = Float32Array.from(signed(`spline ${side}`, side * side * 2));
    expect(relativeDifference(rotateSpline(image, side, 2, degrees), turned)).toBeLessThan(2e-7);
  });

  test('by 0 degrees it is the identity, of one pixel too; back and forth it restores a smooth interior', () => {
    const image = Float32Array.from({ length: 400 }, (_, i) => Math.sin((i % 20) / 4) + Math.cos(i / 100));
    expect(relativeDifference(rotateSpline(image, 20, 1, 0), image)).toBeLessThan(1e-6);
    expect([...rotateSpline(Float32Array.of(3, 4), 1, 2, 0)]).toEqual([3, 4]);
    const back = rotateSpline(rotateSpline(image, 20, 1, 33), 20, 1, -33);
    for (let y = 8; y < 12; y++) {
      for (let x = 8; x < 12; x++) expect(Math.abs(back[y * 20 + x]! - image[y * 20 + x]!)).toBeLessThan(5e-3);
    }
  });

  test('turns as the images are turned', () => {
    const image = { width: 4, height: 4, data: Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 251) };
    const turned = rotateSpline(Float32Array.from(image.data), 4, 3, 90);
    expect(relativeDifference(turned, rotate(image, 90).data)).toBeLessThan(1e-6);
  });
});

test('the map of a linear extractor is its analytic gradient', async () => {
  // The features are the pixels' means, the flow is a permutation: the loss is half the mean of the squared means.
  const [side, channels] = [16, 9];
  const flow = differNetNetwork({
    channels: 2 * channels,
    hidden: 4,
    orders: [Array.from({ length: 18 }, (_, i) => 17 - i)],
  });
  const start = initialTensors(flow.parameters, 1);
  const silent = tf.tidy(() =>
    Object.fromEntries(Object.entries(start).map(([name, tensor]) => [name, tf.keep(tf.zerosLike(tensor))])),
  );
  tf.dispose(start);
  const image = { width: side, height: side, data: new Uint8Array(side * side * 3).fill(90) };
  const features = (images: Tensor4D) => [1, 2, 1, 1, 1, 1].map((factor) => tf.mul<Tensor4D>(images, factor));
  const scored = await scoreWithMap(
    image,
    { flow, tensors: silent, features, angles: [0] },
    { smoothing: 0, inputScale: [1, 1, 1] },
  );
  // The squares of the factors sum to 9; a mean is of 256 pixels, the loss of 18 dimensions.
  const slope = (9 * 90) / (256 * 18);
  expect(scored.score).toBeCloseTo((90 ** 2 * 9) / 6, 0);
  for (const value of scored.map) expect(Math.abs(value / slope ** 2 - 1)).toBeLessThan(1e-4);
  tf.dispose(silent);
});

describe('the score', () => {
  test('of independent standard normals is 1', async () => {
    const random = new Random(4);
    const z = tf.tensor2d(
      Float32Array.from({ length: 64 * 768 }, () => random.normal()),
      [64, 768],
    );
    const scores = vectorScores([z]);
    const values = await scores.data<'float32'>();
    expect(Math.abs(values.reduce((sum, value) => sum + value, 0) / 64 - 1)).toBeLessThan(0.05);
    tf.dispose([z, scores]);
  });

  test('with output layers of zero z is a permutation, and the loss half the mean of the squares', () => {
    tf.tidy(() => {
      const flow = differNetNetwork({ channels: 6, hidden: 4, orders: [[5, 0, 3, 1, 2, 4]] });
      const last = ([name, tensor]: [string, tf.Tensor]) => [name, /\.3\./.test(name) ? tf.zerosLike(tensor) : tensor];
      const tensors = Object.fromEntries(Object.entries(drawnTensors(flow.parameters)).map(last));
      const y = matrixInput('permuted', 3, 6);
      const { values, logDeterminant } = flow.forward([y], tensors);
      expect(values[0]!.dataSync()).toEqual(tf.gather(y, [5, 0, 3, 1, 2, 4], 1).dataSync());
      expect([...logDeterminant.dataSync()]).toEqual([0, 0, 0]);
      expect(differNetLoss({ values, logDeterminant }).dataSync()[0]).toBeCloseTo(
        y.square().mean().dataSync()[0]! / 2,
        6,
      );
    });
  });
});

describe('angles and copies', () => {
  test('fixed angles are evenly spaced; random ones belong to the seed', () => {
    expect(scoringAngles(resolveDifferNetConfig({ rotationCount: 4 }))).toEqual([0, 90, 180, 270]);
    const drawn = (seed: number) => scoringAngles(resolveDifferNetConfig({ rotations: 'random', seed }));
    expect(drawn(1)).toHaveLength(64);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(2)).not.toEqual(drawn(1));
    expect(drawn(1).every((degrees) => degrees >= -180 && degrees < 180)).toBe(true);
  });

  test('copies are turned each by an angle of its own, black outside; colours change only if told', () => {
    const image = { width: 8, height: 8, data: new Uint8Array(192).fill(100) };
    const copies = turnedCopies(resolveDifferNetConfig({ copies: 3 }))(image, new Random(3));
    expect(copies).toHaveLength(3);
    expect(new Set(copies.map(({ data }) => data.join())).size).toBe(3);
    expect(new Set(copies.flatMap(({ data }) => [...data]))).toEqual(new Set([0, 100]));
    const [changed] = turnedCopies(resolveDifferNetConfig({ copies: 1, brightness: 0.5 }))(image, new Random(3));
    expect(changed!.data.every((value) => value !== 100)).toBe(true);
  });
});
