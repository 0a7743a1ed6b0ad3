// Fits PaDiM's Gaussians to made-up features instead of a network's.
import { planGeometry } from '../../src/data/geometry.js';
import { type FitGaussiansOptions, fitGaussians } from '../../src/methods/padim/fit-gaussians.js';
import type { NamedImage } from '../../src/methods/parts/inputs.js';
import type { Threads } from '../../src/methods/parts/threads.js';
import { throwIfAborted } from '../../src/runtime/errors.js';

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
