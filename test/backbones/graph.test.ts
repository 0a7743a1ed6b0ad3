// What holds for every graph without a reference: folding, shapes, linearity, shifts, memory.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES, convSpecs, layerNames, layerSide } from '../../src/backbones/architecture.js';
import { foldWeights, hashConvs } from '../../src/backbones/fold.js';
import { toFloat32 } from '../../src/backbones/formats/tensor.js';
import { createBackbone } from '../../src/backbones/graph.js';
import { layoutOf } from '../../src/backbones/state-dict.js';
import type { Architecture, Backbone, FoldedConv, FoldedWeights, LayerName } from '../../src/backbones/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { Random } from '../../src/runtime/random.js';
import { goldenImage, seededStateDict } from './golden.js';

const fold = (architecture: Architecture, until: LayerName): Promise<FoldedWeights> =>
  foldWeights(seededStateDict(architecture, until), { id: 'seeded', path: 'seeded', architecture, until });

/** Weights made straight in folded form; `kernel` is called once per convolution and gives its values by index. */
function weightsFrom(
  architecture: Architecture,
  until: LayerName,
  kernel: (shape: readonly number[], name: string) => (index: number) => number,
): FoldedWeights {
  const convs: Record<string, FoldedConv> = {};
  for (const { name, shape } of convSpecs(architecture, until)) {
    const at = kernel(shape, name);
    const values = Float32Array.from({ length: shape.reduce((count, size) => count * size, 1) }, (_, i) => at(i));
    convs[name] = { kernel: values, shape, bias: new Float32Array(shape[3]) };
  }
  return { id: 'made', architecture, hash: '', layerHashes: {}, convs, until };
}

async function values(tensor: tf.Tensor): Promise<Float32Array> {
  const data = (await tensor.data()) as Float32Array;
  return data.slice();
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

beforeAll(async () => {
  await useBackend('wasm');
});

describe('folding', () => {
  it('gives what convolution and batch norm give one after the other', async () => {
    const tensors = seededStateDict('resnet18', 'layer1');
    const { convs } = await fold('resnet18', 'layer1');
    const read = (name: string): Float32Array => {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(name);
      return toFloat32(tensor, name, '');
    };
    const x = tf.randomNormal<tf.Rank.R4>([1, 9, 9, 64], 0, 1, 'float32', 1);
    const conv = convs['layer1.0.conv1'];
    if (!conv) throw new Error('no conv');
    const folded = tf.add(tf.conv2d(x, tf.tensor4d(conv.kernel, [3, 3, 64, 64]), 1, 'same'), tf.tensor1d(conv.bias));
    const kernel = tf.transpose(tf.tensor4d(read('layer1.0.conv1.weight'), [64, 64, 3, 3]), [2, 3, 1, 0]);
    const unfolded = tf.batchNorm(
      tf.conv2d(x, kernel, 1, 'same'),
      tf.tensor1d(read('layer1.0.bn1.running_mean')),
      tf.tensor1d(read('layer1.0.bn1.running_var')),
      tf.tensor1d(read('layer1.0.bn1.bias')),
      tf.tensor1d(read('layer1.0.bn1.weight')),
      1e-5,
    );
    // values are of order 1, sums of 576 float32 products
    expect(largestDifference(await values(folded), await values(unfolded))).toBeLessThan(1e-5);
  });

  it("uses the file's epsilon over the architecture's, and takes half precision", async () => {
    const options = { id: 'x', path: 'x', architecture: 'resnet18', until: 'layer1' } as const;
    const tensors = seededStateDict('resnet18', 'layer1');
    const [plain, other] = await Promise.all([
      foldWeights(tensors, options),
      foldWeights(tensors, { ...options, epsilon: 0.1 }),
    ]);
    const scaleOf = (epsilon: number): number => 1 / Math.sqrt((readFirst('bn1.running_var') ?? 0) + epsilon);
    const readFirst = (name: string): number | undefined => {
      const tensor = tensors.get(name);
      return tensor && toFloat32(tensor, name, '')[0];
    };
    const ratio = (other.convs.stem?.kernel[0] ?? 0) / (plain.convs.stem?.kernel[0] ?? 1);
    expect(ratio).toBeCloseTo(scaleOf(0.1) / scaleOf(1e-5), 5);
    expect(other.hash).not.toBe(plain.hash);
  });

  it('names the tensor that is missing, of another shape, or not finite', async () => {
    const options = { id: 'x', path: 'w.pth', architecture: 'resnet18', until: 'layer1' } as const;
    const change = (name: string, to: (bytes: Uint8Array) => Uint8Array | undefined, shape = [64]) => {
      const tensors = new Map(seededStateDict('resnet18', 'layer1'));
      const data = to(tensors.get(name)?.data ?? new Uint8Array(0));
      if (data) tensors.set(name, { dtype: 'F32', shape, data });
      else tensors.delete(name);
      return foldWeights(tensors, options);
    };
    await expect(change('bn1.bias', () => undefined)).rejects.toThrow(/w\.pth: tensor bn1\.bias is missing/);
    await expect(change('bn1.bias', (bytes) => bytes.slice(4), [63])).rejects.toThrow(
      /bn1\.bias has shape \[63\], not \[64\]/,
    );
    const negative = new Uint8Array(new Float32Array(64).fill(-1).buffer);
    await expect(change('bn1.running_var', () => negative)).rejects.toThrow(/stem .* not finite.*running variance/);
  });

  it('hashes the values, not the buffers they lie on', async () => {
    const { convs, hash } = await fold('resnet18', 'layer1');
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const shared = Object.values(convs).map((conv) => {
      const kernel = new Float32Array(new SharedArrayBuffer(conv.kernel.byteLength));
      kernel.set(conv.kernel);
      return { ...conv, kernel };
    });
    expect(await hashConvs(shared)).toBe(hash);
    shared[0]?.bias.set([1e-7]);
    expect(await hashConvs(shared)).not.toBe(hash);
  });

  it('hashes what leads up to each layer as if the weights ended there', async () => {
    const [short, long] = [await fold('resnet18', 'layer1'), await fold('resnet18', 'layer3')];
    expect(Object.keys(long.layerHashes)).toEqual(['layer1', 'layer2', 'layer3']);
    expect(long.layerHashes.layer1).toBe(short.hash);
    expect(long.layerHashes.layer3).toBe(long.hash);
    expect(new Set(Object.values(long.layerHashes)).size).toBe(3);
    const [plain, mirrored] = [createBackbone(long), createBackbone(long, { padding: 'reflect' })];
    expect([plain.hashOf('layer1'), mirrored.hashOf('layer1')]).toEqual([short.hash, `${short.hash} reflect`]);
    expect(() => plain.hashOf('layer4')).toThrow(/BAD_ARGUMENT.*hold layer1, layer2, layer3/);
    for (const network of [plain, mirrored]) network.dispose();
  });
});

describe('parameters', () => {
  // the published totals less the classifier, and of EfficientNet the 1x1 convolution before it
  it.each<[Architecture, LayerName, number]>([
    ['resnet18', 'layer4', 11_689_512 - 513_000],
    ['resnet50', 'layer4', 25_557_032 - 2_049_000],
    ['wide_resnet50_2', 'layer4', 68_883_240 - 2_049_000],
    ['efficientnet_b5', 'features.7', 30_389_784 - 2_049_000 - 2048 * (512 + 2)],
    ['alexnet', 'features.12', 61_100_840 - 4096 * (256 * 36 + 1 + 4097) - 1000 * 4097],
  ])('%s to %s has %i', (architecture, until, expected) => {
    const layout = layoutOf(architecture, new Map());
    const count = convSpecs(architecture, until).reduce((sum, { name, shape: [height, width, inputs, outputs] }) => {
      // a batch norm has two parameters per channel, a bias one
      return sum + height * width * inputs * outputs + (layout(name).norm ? 2 : 1) * outputs;
    }, 0);
    expect(count).toBe(expected);
  });
});

describe('shapes', () => {
  it.each<Architecture>(['resnet18', 'resnet50', 'resnet50_keras'])('of %s at any size', async (architecture) => {
    const backbone = createBackbone(weightsFrom(architecture, 'layer2', () => () => 0));
    for (const [size, first, second] of [
      [224, 56, 28],
      [256, 64, 32],
      [320, 80, 40],
      [250, 63, 32],
      [1, 1, 1],
    ] as const) {
      const images = tf.zeros<tf.Rank.R4>([1, size, size, 3]);
      const maps = backbone.features(images, ['layer1', 'layer2']);
      expect(maps.layer1.shape).toEqual([1, first, first, backbone.channels('layer1')]);
      expect(maps.layer2.shape).toEqual([1, second, second, backbone.channels('layer2')]);
      tf.dispose([images, maps]);
    }
    backbone.dispose();
  });

  it('of all stages at a size that is no multiple of 32', async () => {
    const backbone = createBackbone(await fold('resnet18', 'layer4'));
    const images = goldenImage(250, 250);
    const layers = layerNames('resnet18');
    const maps = backbone.features(images, layers);
    expect(layers.map((layer) => maps[layer].shape)).toEqual([
      [1, 63, 63, 64],
      [1, 32, 32, 128],
      [1, 16, 16, 256],
      [1, 8, 8, 512],
    ]);
    tf.dispose([images, maps]);
    backbone.dispose();
  });
});

describe('sizes', () => {
  it.each<[Architecture, LayerName, readonly number[]]>([
    ['resnet18', 'layer2', [1, 33, 224, 250]],
    ['efficientnet_b5', 'features.4', [1, 33, 224, 250]],
    ['efficientnet_b5_tf', 'features.4', [8, 33, 224, 250]],
    ['alexnet', 'features.12', [63, 112, 250, 448]],
  ])('of %s to %s are those foretold', (architecture, until, sides) => {
    const backbone = createBackbone(weightsFrom(architecture, until, () => () => 0));
    const layers = layerNames(architecture).slice(0, layerNames(architecture).indexOf(until) + 1);
    for (const side of sides) {
      const images = tf.zeros<tf.Rank.R4>([1, side, side, 3]);
      const maps = backbone.features(images, layers);
      for (const layer of layers) {
        const expected = layerSide(architecture, layer, side);
        expect(maps[layer].shape, `${layer} of ${side}`).toEqual([1, expected, expected, backbone.channels(layer)]);
      }
      tf.dispose([images, maps]);
    }
    backbone.dispose();
  });

  it('of the published networks at their own resolutions', () => {
    const sides = (architecture: Architecture, side: number) =>
      layerNames(architecture).map((layer) => layerSide(architecture, layer, side));
    expect([448, 224, 112].map((side) => sides('alexnet', side).at(-1))).toEqual([13, 6, 2]);
    expect(sides('efficientnet_b5_tf', 456)).toEqual([228, 114, 57, 29, 29, 15, 15]);
    expect(sides('efficientnet_b5', 456)).toEqual([228, 114, 57, 29, 29, 15, 15]);
    expect([768, 384, 192].map((side) => layerSide('efficientnet_b5_tf', 'features.6', side))).toEqual([24, 12, 6]);
  });
});

describe('TensorFlow padding', () => {
  it('is that for 456 x 456, at any resolution', () => {
    const strided = convSpecs('efficientnet_b5_tf', 'features.7').filter(({ stride }) => stride > 1);
    expect(strided.map(({ name, padding }) => [name, ...padding])).toEqual([
      ['stem', 0, 1],
      ['features.2.0.depthwise', 0, 1],
      ['features.3.0.depthwise', 1, 2],
      ['features.4.0.depthwise', 1, 1],
      ['features.6.0.depthwise', 2, 2],
    ]);
    const others = convSpecs('efficientnet_b5_tf', 'features.7').filter(({ stride }) => stride === 1);
    expect(
      others.every(({ shape: [size], padding: [before, after] }) => before === after && 2 * before === size - 1),
    ).toBe(true);
  });
});

describe('gradients', () => {
  it('reach the image through AlexNet', async () => {
    const backbone = createBackbone(await fold('alexnet', 'features.12'));
    const image = goldenImage(64, 64);
    const direction = tf.randomNormal<tf.Rank.R4>([1, 64, 64, 3], 0, 1, 'float32', 3);
    const loss = (x: tf.Tensor4D): tf.Scalar => tf.sum(backbone.features(x, ['features.12'])['features.12']);
    const before = tf.memory().numTensors;
    const gradient = tf.grad((x) => loss(x.reshape([1, 64, 64, 3])))(image);
    expect(tf.memory().numTensors).toBe(before + 1);
    const slope = tf.tidy(() => tf.sum(tf.mul(gradient, direction)));
    // piecewise linear, but for the kinks between
    const step = 0.01;
    const at = async (by: number) => (await values(tf.tidy(() => loss(tf.add(image, tf.mul(direction, by))))))[0] ?? 0;
    const measured = ((await at(step)) - (await at(-step))) / (2 * step);
    const expected = (await values(slope))[0] ?? 0;
    expect(Math.abs(expected)).toBeGreaterThan(0.1);
    expect(Math.abs(measured - expected)).toBeLessThan(0.02 * Math.abs(expected));
    backbone.dispose();
  });
});

describe('features', () => {
  let backbone: Backbone;
  beforeAll(async () => {
    backbone = createBackbone(await fold('resnet18', 'layer3'));
  });

  it('of a batch are those of its images', async () => {
    const [a, b] = [goldenImage(40, 56), tf.reverse4d(goldenImage(40, 56), 1)];
    const both = backbone.features(tf.concat([a, b]), ['layer3']).layer3;
    const single = backbone.features(b, ['layer3']).layer3;
    const second = await values(tf.slice(both, [1, 0, 0, 0], [1, -1, -1, -1]));
    const alone = await values(single);
    expect(largestDifference(second, alone)).toBeLessThan(1e-4 * Math.max(...alone));
  });

  it('do not depend on which other stages are asked for, and belong to the caller', async () => {
    const images = goldenImage(64, 64);
    const before = tf.memory().numTensors;
    const all = backbone.features(images, ['layer3', 'layer1', 'layer2', 'layer1']);
    expect(tf.memory().numTensors).toBe(before + 3);
    const one = backbone.features(images, ['layer1']);
    expect(await values(one.layer1)).toEqual(await values(all.layer1));
    tf.dispose([all, one]);
    expect(tf.memory().numTensors).toBe(before);
    expect((await values(images))[0]).toBeGreaterThanOrEqual(0);
  });

  it('shift by one cell when the image shifts by the stride', async () => {
    const impulse = (x: number): tf.Tensor4D => {
      const image = tf.buffer([1, 320, 320, 3]);
      image.set(255, 0, 160, x, 0);
      return image.toTensor() as tf.Tensor4D;
    };
    const cell = async (x: number, column: number): Promise<Float32Array> =>
      values(tf.slice(backbone.features(impulse(x), ['layer3']).layer3, [0, 10, column, 0], [1, 1, 1, -1]));
    const here = await cell(160, 10);
    expect(largestDifference(await cell(176, 11), here)).toBeLessThan(1e-4 * Math.max(...here));
    expect(largestDifference(await cell(176, 10), here)).toBeGreaterThan(1e-2 * Math.max(...here));
  });

  it('refuse what they cannot use, by name', () => {
    const grey = tf.zeros<tf.Rank.R4>([1, 8, 8, 1]);
    const images = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
    expect(() => backbone.features(grey, ['layer1'])).toThrow(/\[BAD_ARGUMENT\].*\[1, 8, 8, 1\], not \[N, H, W, 3\]/);
    expect(() => backbone.features(images, ['layer4'])).toThrow(/layer4 was asked for.*layer1, layer2, layer3/);
    expect(() => backbone.features(images, ['features.1'])).toThrow(
      /features\.1 was asked for.*layer1, layer2, layer3/,
    );
    expect(() => backbone.features(images, [])).toThrow(/no layer was asked for/);
    const alexnet = createBackbone(weightsFrom('alexnet', 'features.12', () => () => 0));
    const mirroring = createBackbone(
      weightsFrom('resnet18', 'layer1', () => () => 0),
      { padding: 'reflect' },
    );
    expect(mirroring.hash).toMatch(/ reflect$/);
    const tiny = tf.zeros<tf.Rank.R4>([1, 3, 8, 3]);
    expect(() => mirroring.features(tiny, ['layer1'])).toThrow(/BAD_ARGUMENT.*a map of 3 x 8 has no 3 cells to mirror/);
    mirroring.dispose();
    expect(() => alexnet.features(images, ['features.2', 'features.12'])).toThrow(
      /\[1, 8, 8, 3\], of features\.2 of alexnet nothing would be left/,
    );
    alexnet.dispose();
  });

  it('are refused after dispose, which frees every tensor and may be called twice', async () => {
    const before = tf.memory().numTensors;
    // made inside a scope, it must outlive it
    tf.engine().startScope();
    const other = createBackbone(weightsFrom('resnet18', 'layer1', () => () => 0.01));
    tf.engine().endScope();
    const images = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
    tf.dispose(other.features(images, ['layer1']));
    other.dispose();
    other.dispose();
    expect(() => other.features(images, ['layer1'])).toThrow(/was disposed/);
    images.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('normalisation', () => {
  it('makes the mean colour zero, borders and all: without biases features grow with the distance from it', async () => {
    const random = new Random(1);
    const weights = weightsFrom('resnet50_keras', 'layer1', (shape) => {
      const bound = 1 / Math.sqrt((shape[0] ?? 1) * (shape[1] ?? 1) * (shape[2] ?? 1));
      return () => bound * random.normal();
    });
    const backbone = createBackbone(weights);
    const mean = tf.tensor1d([123.68, 116.779, 103.939]);
    const offset = tf.sub(goldenImage(33, 47), 128);
    const at = (scale: number): Promise<Float32Array> =>
      values(backbone.features(tf.add(tf.mul(offset, scale), mean), ['layer1']).layer1);
    const [none, once, thrice] = [await at(0), await at(1), await at(3)];
    const largest = Math.max(...once);
    expect(largest).toBeGreaterThan(1);
    // the mean is no float32, so what is left of it is rounding
    expect(Math.max(...none)).toBeLessThan(1e-5 * largest);
    expect(
      largestDifference(
        thrice,
        once.map((value) => 3 * value),
      ),
    ).toBeLessThan(1e-5 * 3 * largest);
    backbone.dispose();
  });
});

describe('stride placement', () => {
  it('makes no difference for 3x3 kernels with only a centre tap', async () => {
    const centre = (shape: readonly number[], name: string) => {
      const random = Random.forKey(name, 0);
      const scale = 1 / Math.sqrt(shape[2] ?? 1);
      const depth = (shape[2] ?? 0) * (shape[3] ?? 0);
      const taps = shape[0] ?? 1;
      const line = Float32Array.from({ length: depth }, () => scale * random.normal());
      // the middle tap of k x k, or all taps of the stem
      const kept = (taps * taps - 1) / 2;
      return (i: number): number => (taps !== 3 || Math.floor(i / depth) === kept ? (line[i % depth] ?? 0) : 0);
    };
    const image = goldenImage(48, 48);
    // the two subtract different means; give both the same input after that
    const run = async (architecture: Architecture): Promise<Float32Array> => {
      const mean = tf.tensor1d([...ARCHITECTURES[architecture].input.mean]);
      const backbone = createBackbone(weightsFrom(architecture, 'layer2', centre));
      return values(backbone.features(tf.add(image, mean), ['layer2']).layer2);
    };
    const [v1, v15] = [await run('resnet50_keras'), await run('resnet50')];
    expect(Math.max(...v1)).toBeGreaterThan(1);
    expect(largestDifference(v1, v15)).toBeLessThan(1e-4 * Math.max(...v1));
  });
});
