// What the kernels behind the gradients refuse, that a refusal leaves nothing behind, and the resizes' plan.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { draws, PLACES, sourcesOf } from '../../src/kernels/stock/resize-grad/plan.js';
import { missing } from '../helpers/needs.js';

const run = (
  name: string,
  inputs: Record<string, tf.Tensor>,
  attrs: Record<string, number | string | boolean | number[]>,
) => tf.engine().runKernel<tf.Tensor>(name, inputs, attrs);

describe('on wasm', () => {
  beforeAll(async () => {
    await useBackend('wasm');
  });

  const image = () => tf.ones<tf.Rank.R4>([1, 4, 4, 2]);
  const conv = {
    strides: [1, 1],
    pad: 'same',
    dataFormat: 'NHWC',
    filterShape: [3, 3, 2, 2],
    inputShape: [1, 4, 4, 2],
  };
  const refused = [
    {
      what: 'an index outside',
      attempt: () => tf.gather(tf.ones([3, 2]), tf.tensor1d([0, 3], 'int32')),
      code: 'BAD_ARGUMENT',
      words: /GatherV2: the index 3 is not in 0\.\.2/,
    },
    {
      what: 'channels first',
      attempt: () => run('Conv2DBackpropFilter', { x: image(), dy: image() }, { ...conv, dataFormat: 'NCHW' }),
      code: 'BACKEND_WRONG',
      words: /NCHW.*dataFormat/,
    },
    {
      what: 'integers to convolve',
      attempt: () => run('Conv2DBackpropInput', { dy: image().toInt(), filter: tf.ones([3, 3, 2, 2]) }, conv),
      code: 'BAD_ARGUMENT',
      words: /Conv2DBackpropInput: dy must be float32, not int32/,
    },
    {
      what: 'another batch to resize',
      attempt: () => run('ResizeBilinearGrad', { dy: tf.ones([2, 8, 8, 2]), images: image() }, { alignCorners: true }),
      code: 'BAD_ARGUMENT',
      words: /ResizeBilinearGrad: dy must be \[1,8,8,2\], not \[2,8,8,2\]/,
    },
    {
      what: 'ids of another length',
      attempt: () =>
        run('UnsortedSegmentSum', { x: tf.ones([3, 2]), segmentIds: tf.tensor1d([0, 1], 'int32') }, { numSegments: 2 }),
      code: 'BAD_ARGUMENT',
      words: /UnsortedSegmentSum: segmentIds must be \[3\], not \[2\]/,
    },
    {
      what: 'a transposed convolution to a size that it does not have',
      attempt: () => tf.conv2dTranspose(image(), tf.ones([3, 3, 2, 2]), [1, 40, 40, 2], 1, 'same'),
      code: 'BAD_ARGUMENT',
      words: /Conv2DBackpropInput: dy must be \[1,40,40,2\], not \[1,4,4,2\]/,
    },
    {
      what: "another size of a convolution's outputs",
      attempt: () => run('Conv2DBackpropFilter', { x: image(), dy: tf.ones([1, 4, 5, 2]) }, conv),
      code: 'BAD_ARGUMENT',
      words: /Conv2DBackpropFilter: dy must be \[1,4,4,2\], not \[1,4,5,2\]/,
    },
    {
      what: "another size of a depthwise convolution's outputs",
      attempt: () =>
        run(
          'DepthwiseConv2dNativeBackpropFilter',
          { x: image(), dy: image() },
          { ...conv, filterShape: [3, 3, 2, 2], dilations: [1, 1] },
        ),
      code: 'BAD_ARGUMENT',
      words: /DepthwiseConv2dNativeBackpropFilter: dy must be \[1,4,4,4\], not \[1,4,4,2\]/,
    },
    {
      what: 'a dilated depthwise convolution',
      attempt: () =>
        run(
          'DepthwiseConv2dNativeBackpropInput',
          { dy: image(), filter: tf.ones([3, 3, 2, 1]) },
          { ...conv, dilations: [2, 2] },
        ),
      code: 'BACKEND_WRONG',
      words: /\[2,2\] as dilations/,
    },
    {
      what: "another size of a pooling's outputs",
      attempt: () =>
        run(
          'MaxPoolGrad',
          { dy: image(), input: image(), output: image() },
          { filterSize: [2, 2], strides: [2, 2], pad: 'valid' },
        ),
      code: 'BAD_ARGUMENT',
      words: /MaxPoolGrad: dy must be \[1,2,2,2\], not \[1,4,4,2\]/,
    },
  ];

  test.each(refused)('refuses $what and leaves nothing behind', ({ attempt, code, words }) => {
    const before = tf.memory();
    expect(() => tf.tidy(attempt)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(words) }));
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });

  test('gradients leave neither tensors nor buffers behind', () => {
    const [x, w] = [tf.randomNormal<tf.Rank.R4>([2, 6, 6, 3]), tf.randomNormal<tf.Rank.R4>([3, 3, 3, 4])];
    const step = () =>
      tf.dispose(
        tf.grads((image: tf.Tensor, filter: tf.Tensor) => {
          const y = tf.maxPool(tf.conv2d(image.as4D(2, 6, 6, 3), filter.as4D(3, 3, 3, 4), 1, 'same'), 2, 2, 'valid');
          return tf.image
            .resizeBilinear(
              tf.mirrorPad(
                y,
                [
                  [0, 0],
                  [1, 1],
                  [1, 1],
                  [0, 0],
                ],
                'reflect',
              ),
              [7, 9],
              false,
              true,
            )
            .sum();
        })([x, w]),
      );
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    tf.dispose([x, w]);
  });
});

// From 2 to these sizes, places that are whole or halfway in float64 are not in float32, and the other way round.
describe.each(['cpu', 'wasm', 'webgpu'] as const)('resizeNearestNeighbor on %s', (backend) => {
  const absent = backend === 'webgpu' ? missing('webgpu') : null;

  test.skipIf(absent !== null).each([
    { outputs: 82, alignCorners: false, halfPixelCenters: false },
    { outputs: 83, alignCorners: true, halfPixelCenters: false },
    { outputs: 41, alignCorners: false, halfPixelCenters: true },
  ])('what flows back to $outputs outputs goes where they came from (%o)', async (resize) => {
    await useBackend(backend);
    const { outputs, alignCorners, halfPixelCenters } = resize;
    const up = (x: tf.Tensor) =>
      tf.image.resizeNearestNeighbor(x.as4D(1, 1, 2, 1), [1, outputs], alignCorners, halfPixelCenters);
    const picked = tf.tidy(() => up(tf.tensor1d([0, 1])).flatten());
    const slopes = tf.tidy(() => tf.grad((x) => up(x).sum())(tf.tensor1d([0, 1])));
    const second = (await picked.data<'float32'>()).reduce((sum, value) => sum + value, 0);
    expect([...(await slopes.data())]).toEqual([outputs - second, second]);
    tf.dispose([picked, slopes]);
  });
});

describe('the plan of a resize', () => {
  const rules = [
    { alignCorners: false, halfPixelCenters: false },
    { alignCorners: true, halfPixelCenters: false },
    { alignCorners: false, halfPixelCenters: true },
  ];

  test.each(rules)('every output is drawn once, by weights that sum to 1 (%o)', (resize) => {
    for (const [sources, outputs] of [
      [1, 5],
      [4, 4],
      [3, 8],
      [9, 2],
      [5, 1],
    ] as const) {
      for (const interpolation of ['bilinear', 'nearest'] as const) {
        const { starts, from, weights } = draws(sources, outputs, interpolation, resize, PLACES.cpu);
        expect(starts[sources]).toBe(from.length);
        const sums = new Float64Array(outputs);
        for (const [i, output] of from.entries()) sums[output]! += weights[i]!;
        expect([...sums]).toEqual(Array(outputs).fill(expect.closeTo(1, 6)));
      }
    }
  });

  test('half-pixel centres and aligned corners lie where they should', () => {
    const [plain, aligned, half] = rules;
    expect(sourcesOf(1, 2, 4, 'bilinear', half!, PLACES.cpu)).toEqual([
      { source: 0, weight: 0.75 },
      { source: 1, weight: 0.25 },
    ]);
    expect(sourcesOf(3, 2, 4, 'bilinear', half!, PLACES.cpu)).toEqual([{ source: 1, weight: 1 }]);
    expect(sourcesOf(3, 2, 4, 'bilinear', aligned!, PLACES.cpu)).toEqual([{ source: 1, weight: 1 }]);
    expect(sourcesOf(3, 2, 4, 'nearest', plain!, PLACES.cpu)).toEqual([{ source: 1, weight: 1 }]);
  });
});
