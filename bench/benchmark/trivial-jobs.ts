// Jobs that take as long as they are told and find figures that follow from their id: what a runner does is seen best when the
// jobs do nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Work } from '../../src/benchmark/grid/execute.js';
import { type Job, makeJob } from '../../src/benchmark/grid/job.js';
import type { JobOutcome, JobTask } from '../../src/benchmark/grid/record.js';
import { settingId } from '../../src/benchmark/settings/index.js';
import { IadError, throwIfAborted } from '../../src/runtime/errors.js';
import { Random } from '../../src/runtime/random.js';
import { VERSION } from '../../src/runtime/version.js';

const METHODS = ['one', 'two', 'three', 'four'];
const HASH = '0'.repeat(64);
const SETTING = { kind: 'few-shot', shots: 1, augmentation: 'none', protocol: 'paper' } as const;

/** Four methods, as many repeats as are needed. */
export function trivialJobs(count: number): Promise<Job[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => {
      const id = METHODS[i % METHODS.length] ?? '';
      return makeJob(
        {
          method: { id, name: id, code: null, config: { backbone: 'none', seed: i } },
          setting: { id: settingId(SETTING), options: SETTING },
          standing: 'served',
          dataset: {
            id: 'trivial',
            name: 'trivial',
            layout: 'mvtec',
            split: 'given',
            fold: 0,
            categories: ['part'],
            images: HASH,
          },
          seed: Math.floor(i / METHODS.length),
          baseSeed: 66,
          cacheFeatures: false,
        },
        'trivial',
      );
    }),
  );
}

/** Every `failEvery`-th repeat ends in an error; 0: none. */
export function trivialWork({ pause = 0, failEvery = 0 }: { pause?: number; failEvery?: number }): Work {
  return async ({ id, description }, signal, onProgress) => {
    if (pause > 0) await sleep(pause);
    throwIfAborted(signal);
    onProgress({ stage: 'nothing', done: 1, total: 1, elapsedMs: pause });
    if (failEvery > 0 && description.seed % failEvery === failEvery - 1) {
      throw new IadError('IMAGE_UNREADABLE', 'is there to fail', { path: id });
    }
    return { tasks: [task()], outcomes: [outcome(id)] };
  };
}

function task(): JobTask {
  return {
    task: 'trivial',
    category: 'part',
    counts: { trainNormal: 1, trainAnomalous: 0, testNormal: 1, testAnomalous: 1, unlabelled: 0 },
    capped: null,
    augmentation: 'none',
    window: null,
    notes: [],
    draws: [],
    seeds: { train: 0, augment: 0 },
    trainSha256: HASH,
    testSha256: HASH,
    sha256: HASH,
  };
}

function outcome(id: string): JobOutcome {
  const random = Random.forKey(id, 0);
  const figures = () => ({ auroc: random.uniform(), ap: random.uniform(), f1Max: random.uniform(), f1MaxThreshold: 0 });
  return {
    after: 'part',
    on: 'part',
    evaluation: {
      schema: 'iad-tf/evaluation@3',
      libraryVersion: VERSION,
      method: 'trivial',
      config: {},
      seed: 0,
      backend: 'none',
      backbone: { id: 'none', hash: '' },
      dataset: {
        name: 'part',
        layout: 'mvtec',
        split: 'given',
        train: 1,
        testGood: 1,
        testAnomalous: 1,
        unlabelled: 0,
        validation: 0,
        setAside: 0,
      },
      image: figures(),
      pixel: { ...figures(), aupro: random.uniform() },
      saturated: null,
      proCurve: null,
      perDefect: {},
      operatingPoint: null,
      normalPoints: null,
      timings: {
        fit: {},
        predictTotal: 0,
        perImage: { decode: 0, features: 0, scoring: 0 },
        latency: null,
        latencyWithDecoding: null,
        imagesPerSecond: null,
      },
      peakMemory: null,
      learned: [],
      images: [],
      warnings: [],
    },
  };
}
