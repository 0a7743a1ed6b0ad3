// STPM's student and distances beyond their golden values: what identical, scaled and opposite features give, and what is refused.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ARCHITECTURES, convSpecs } from '../../src/backbones/architecture.js';
import { createBackbone } from '../../src/backbones/graph.js';
import type { Architecture, FoldedConv, FoldedWeights, LayerName } from '../../src/backbones/types.js';
import { useBackend } from '../../src/kernels/backend.js';
import { initialTensors } from '../../src/methods/parts/flow/parameters.js';
import { stpmLoss, stpmMap } from '../../src/methods/stpm/difference.js';
import { residualStudent } from '../../src/methods/stpm/student.js';
import { Random } from '../../src/runtime/random.js';
import { expectGradients } from '../kernels/gradients.js';

const SHAPES = [
  [2, 6, 5, 8],
  [2, 3, 3, 16],
  [2, 2, 2, 32],
] as const;

function features(seed: number): Tensor4D[] {
  return SHAPES.map((shape, i) => tf.randomNormal<tf.Rank.R4>([...shape], 0, 1, 'float32', seed + i));
}

const scaled = (levels: readonly Tensor4D[], factor: number) => levels.map((level) => tf.mul<Tensor4D>(level, factor));
const largest = (tensor: Tensor) => tf.max(tf.abs(tensor)).dataSync()[0]!;
const value = (tensor: Tensor) => tensor.dataSync()[0]!;

describe.each(['cpu', 'wasm'] as const)('distances on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  test('a student that is its teacher, or a multiple of it, has no loss and a map of zeros', () => {
    tf.tidy(() => {
      const teacher = features(1);
      for (const factor of [1, 3, 1e-3]) {
        const student = scaled(teacher, factor);
        expect(value(stpmLoss(student, teacher))).toBeLessThan(1e-7);
        expect(largest(stpmMap(student, teacher))).toBeLessThan(1e-7);
      }
    });
  });

  test('opposite features are 4 apart: the map is 4 to the power of the layers, and 0 where one layer agrees', () => {
    tf.tidy(() => {
      const teacher = features(1);
      const student = scaled(teacher, -1);
      expect(value(stpmLoss(student, teacher))).toBeCloseTo(12, 4);
      expect(stpmMap(student, teacher).shape).toEqual([2, 6, 5]);
      for (const product of stpmMap(student, teacher).dataSync()) expect(product).toBeCloseTo(64, 3);
      expect(largest(stpmMap(student.with(1, teacher[1]!), teacher))).toBe(0);
    });
  });

  test('the loss is a mean over the batch', () => {
    tf.tidy(() => {
      const [student, teacher] = [features(1), features(11)];
      const twice = (levels: readonly Tensor4D[]) => levels.map((level) => tf.concat([level, level], 0));
      expect(value(stpmLoss(twice(student), twice(teacher)))).toBeCloseTo(value(stpmLoss(student, teacher)), 5);
    });
  });

  test("the loss's gradient is right, and orthogonal to the features", () => {
    tf.tidy(() => {
      const [student, teacher] = [features(1), features(11)];
      const gradients = tf.grads((...levels: Tensor[]) => stpmLoss(levels as Tensor4D[], teacher))(student);
      for (const [i, gradient] of gradients.entries()) {
        expect(largest(tf.sum(gradient.mul(student[i]!), 3))).toBeLessThan(1e-6);
        expect(largest(gradient)).toBeGreaterThan(1e-3);
      }
      const [a, b] = [1, 2].map((seed) => tf.randomNormal<tf.Rank.R4>([1, 2, 2, 3], 0, 1, 'float32', seed));
      expectGradients((x) => stpmLoss([x!], [b!]), [a!], 1e-2, 2e-3);
    });
  });

  test('leaves nothing behind, and refuses layers that do not pair', () => {
    const [student, teacher] = [features(1), features(11)];
    const before = tf.memory().numTensors;
    tf.dispose([stpmLoss(student, teacher), stpmMap(student, teacher)]);
    expect(() => stpmLoss(student, teacher.slice(1))).toThrow(
      /BAD_ARGUMENT.*3 layers of the student, 2 of the teacher/,
    );
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([student, teacher]);
  });
});

/** A frozen network of drawn weights, and the student that is the same. */
function pair(architecture: Architecture, until: LayerName): [FoldedWeights, Record<string, Tensor>] {
  const { epsilon, input } = ARCHITECTURES[architecture];
  const convs: Record<string, FoldedConv> = {};
  const tensors: Record<string, Tensor> = {};
  for (const { name, shape } of convSpecs(architecture, until)) {
    const random = Random.forKey(name, 1);
    const [height, width, inputs, outputs] = shape;
    const deviation = Math.sqrt(2 / (height * width * inputs));
    const length = height * width * inputs * outputs;
    const kernel = Float32Array.from({ length }, () => deviation * random.normal());
    const bias = Float32Array.from({ length: outputs }, () => 0.1 * random.normal());
    const scaleOf = (at: number) => input.scale[Math.floor(at / outputs) % 3]!;
    const folded = name === 'stem' ? kernel.map((weight, at) => weight * scaleOf(at)) : kernel;
    convs[name] = { kernel: folded, shape, bias };
    tensors[`${name}.kernel`] = tf.tensor(kernel, [...shape]);
    tensors[`${name}.scale`] = tf.ones([outputs]);
    tensors[`${name}.offset`] = tf.tensor(bias);
    tensors[`${name}.mean`] = tf.zeros([outputs]);
    tensors[`${name}.variance`] = tf.fill([outputs], 1 - epsilon);
  }
  return [{ id: 'drawn', architecture, hash: '0'.repeat(64), layerHashes: {}, convs, until }, tensors];
}

const image = (batch: number, side: number) =>
  tf.randomUniform<tf.Rank.R4>([batch, side, side, 3], 0, 255, 'float32', 5);

describe('the student', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  test.each<[Architecture, readonly LayerName[]]>([
    ['resnet18', ['layer1', 'layer2', 'layer3']],
    ['resnet50', ['layer2']],
    ['resnet50_keras', ['layer1', 'layer2']],
  ])("of %s has its teacher's architecture: with its weights there is no loss", (architecture, layers) => {
    tf.tidy(() => {
      const [weights, tensors] = pair(architecture, layers.at(-1)!);
      const backbone = createBackbone(weights);
      const images = image(2, 45);
      const teacher = backbone.features(images, layers);
      const student = residualStudent(architecture, layers).infer(images, tensors);
      const wanted = layers.map((layer) => teacher[layer]);
      for (const [i, map] of student.entries()) {
        expect(map.shape).toEqual(wanted[i]!.shape);
        expect(largest(map.sub(wanted[i]!)) / largest(wanted[i]!)).toBeLessThan(1e-4);
      }
      expect(value(stpmLoss(student, wanted))).toBeLessThan(1e-7);
      backbone.dispose();
    });
  });

  test('begins as the seed says: normal kernels of variance 2 / (out h w), neutral batch norms', () => {
    const { parameters, buffers } = residualStudent('resnet18', ['layer1', 'layer3']);
    expect(parameters.length).toBe(3 * 15);
    expect(buffers.length).toBe(2 * 15);
    const size = [...parameters, ...buffers].reduce((sum, { shape }) => sum + tf.util.sizeFromShape([...shape]), 0);
    expect(size).toBe(2_782_784 + 2 * 2_240);
    expect(new Set([...parameters, ...buffers].map(({ name }) => name)).size).toBe(5 * 15);
    tf.tidy(() => {
      const kernels = parameters.filter(({ name }) => name === 'layer2.0.conv2.kernel');
      const [first, again, other] = [1, 1, 2].map((seed) => initialTensors(kernels, seed)['layer2.0.conv2.kernel']!);
      expect(first!.shape).toEqual([3, 3, 128, 128]);
      const { mean, variance } = tf.moments(first!);
      expect(value(mean)).toBeCloseTo(0, 3);
      expect(value(variance) / (2 / (9 * 128))).toBeCloseTo(1, 2);
      expect(largest(again!.sub(first!))).toBe(0);
      expect(largest(again!.sub(other!))).toBeGreaterThan(0.01);
    });
  });

  test('moves its running statistics by a tenth, and infers with them', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const student = residualStudent('resnet18', ['layer1']);
      const tensors = initialTensors([...student.parameters, ...student.buffers], 1);
      const images = image(3, 32);
      const [trained] = student.train(images, tensors, () => {});
      let running: Record<string, Tensor> = tensors;
      // After many batches that are all the same one, the running statistics are its own, up to the variance's divisor.
      for (let step = 0; step < 60; step++) {
        const next = { ...running };
        student.train(images, running, (name, moved) => {
          next[name] = tf.keep(moved.clone());
        });
        if (step === 0) {
          const stem = next['stem.mean']!.dataSync()[0]!;
          expect(running['stem.mean']!.dataSync()[0]).toBe(0);
          expect(stem).not.toBe(0);
        } else for (const { name } of student.buffers) running[name]!.dispose();
        running = next;
      }
      const [inferred] = student.infer(images, running);
      expect(largest(inferred!.sub(trained!)) / largest(trained!)).toBeLessThan(0.02);
      const [fresh] = student.infer(images, tensors);
      expect(largest(fresh!.sub(trained!)) / largest(trained!)).toBeGreaterThan(0.1);
      for (const { name } of student.buffers) running[name]!.dispose();
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});
