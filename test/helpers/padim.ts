// PaDiM against its references: Gaussians fitted to made-up features instead of a network's, and images through the Keras ResNet-50.
import { expect } from 'vitest';
import { planGeometry } from '../../src/data/geometry.js';
import { type FitGaussiansOptions, fitGaussians } from '../../src/methods/padim/fit-gaussians.js';
import { PaDiM, type PaDiMOptions } from '../../src/methods/padim/index.js';
import type { NamedImage } from '../../src/methods/parts/inputs.js';
import type { Threads } from '../../src/methods/parts/threads.js';
import { throwIfAborted } from '../../src/runtime/errors.js';
import { noisyBlocks, stained } from './noisy-blocks.js';
import { relativeDifference } from './random-arrays.js';

type Options = Partial<FitGaussiansOptions> & Pick<FitGaussiansOptions, 'positions' | 'depth'>;

/** @param features [images, positions, depth] */
export function fitMadeUp(features: Float32Array, options: Options, broken: ReadonlyMap<string, Error> = new Map()) {
  const size = options.positions * options.depth;
  const images = Array.from({ length: features.length / size }, (_, i): NamedImage => ({ id: `${i}`, source: `${i}` }));
  return fitGaussians(images, answering(features, size, broken), {
    ridge: 0.01,
    unbiased: true,
    memoryBudget: 2 ** 30,
    onProgress: undefined,
    signal: undefined,
    skipBad: false,
    ...options,
  });
}

/** Answers as the network's threads do, on a buffer that the next answer overwrites. */
function answering(features: Float32Array, size: number, broken: ReadonlyMap<string, Error>): Threads {
  const plan = planGeometry(32, 32, { mode: 'stretch', resize: null, inputSize: 32, tileOverlap: 0 });
  const buffer = new Float32Array(size);
  return {
    async *run(jobs, signal) {
      for (const { id } of jobs) {
        throwIfAborted(signal);
        const error = broken.get(id);
        if (error) {
          yield { error };
          continue;
        }
        buffer.set(features.subarray(Number(id) * size, (Number(id) + 1) * size));
        const result = { plan, decode: 0, features: 0, scoring: 0, score: Number.NaN, split: size, rest: 0 };
        yield { result, arrays: [buffer, new Float32Array(0)] };
      }
    },
    async close() {},
  };
}

/** What a reference script computed of images. */
export interface GoldenImage {
  readonly images: number;
  readonly dims: number;
  readonly size: number;
  readonly seed: number;
  readonly block_seed: number;
  readonly first_noise_seed: number;
  readonly test_noise_seed: number;
  readonly map_every_97th: readonly number[];
  readonly score: number;
}

/** Fits its good images, and predicts its stained one: map and score must be those. @returns the model, to be disposed of */
export async function expectGoldenImage(expected: GoldenImage, options: PaDiMOptions): Promise<PaDiM> {
  const { images, dims, size, seed } = expected;
  const picture = (noiseSeed: number) => noisyBlocks(expected.block_seed, noiseSeed, size);
  const model = new PaDiM({ geometry: 'stretch', inputSize: size, dims, seed, calibrationShare: 0, ...options });
  const train = Array.from({ length: images }, (_, i) => picture(expected.first_noise_seed + i));
  await model.fit(train, { workers: 1 });
  const [found] = await model.predict([stained(picture(expected.test_noise_seed))], { maps: 'input' });
  const everyNth = found!.map.data.filter((_, at) => at % 97 === 0);
  const errors = [relativeDifference(everyNth, expected.map_every_97th), Math.abs(found!.score / expected.score - 1)];
  expect(Math.max(...errors)).toBeLessThan(2e-5);
  return model;
}
