// Jobs that do nothing, and records that pass for what they found.
import { setTimeout as delay } from 'node:timers/promises';
import type { Execute } from '../../../src/benchmark/grid/execute.js';
import { begin } from '../../../src/benchmark/grid/execute.js';
import { type Job, makeJob } from '../../../src/benchmark/grid/job.js';
import type { Environment, JobRecord } from '../../../src/benchmark/grid/record.js';
import { abortedError } from '../../../src/runtime/errors.js';
import { VERSION } from '../../../src/runtime/version.js';

/** @param name told apart by it: the same name gives the same jobs */
export function trivialJobs(count: number, name = 'parts'): Promise<Job[]> {
  return Promise.all(
    Array.from({ length: count }, (_, seed) =>
      makeJob(
        {
          method: { id: 'trivial', name: 'trivial', config: { seed } },
          setting: { id: 'unsupervised', options: { kind: 'unsupervised' } },
          dataset: { id: name, name, layout: 'folder', split: 'given', fold: 0, categories: [name], images: 'none' },
          seed,
          baseSeed: 66,
        },
        `/data/${name}`,
      ),
    ),
  );
}

export const ENVIRONMENT: Environment = {
  libraryVersion: VERSION,
  node: process.version,
  platform: 'test',
  cpu: 'test',
  cores: 1,
  memory: 1,
  commit: null,
};

/** Takes so long, and then says that all was right. */
export function trivialExecute(ms: number): Execute {
  return async (job, signal) => {
    const begun = begin(job, { environment: ENVIRONMENT, workers: 1, parallel: 1, ownProcess: true, attempts: 1 });
    await delay(ms, undefined, { signal }).catch(() => {
      throw abortedError(signal);
    });
    return { ...begun.end(null), status: 'done', ...RESULTS };
  };
}

/** Says at once that it went wrong. */
export function failingExecute(code: string | null, message: string): Execute {
  return async (job) => {
    const begun = begin(job, { environment: ENVIRONMENT, workers: 1, parallel: 1, ownProcess: true, attempts: 1 });
    return { ...begun.end(null), status: 'failed', error: { code, message } };
  };
}

const SCORES = { auroc: 1, ap: 1, f1Max: 1, f1MaxThreshold: 0.5 };

const RESULTS: Pick<Extract<JobRecord, { status: 'done' }>, 'tasks' | 'outcomes'> = {
  tasks: [
    {
      task: 'parts|parts|unsupervised|0|66',
      category: 'parts',
      counts: { trainNormal: 1, trainAnomalous: 0, testNormal: 1, testAnomalous: 1, unlabelled: 0 },
      capped: null,
      augmentation: 'none',
      window: null,
      draws: [],
      trainSha256: 'none',
      testSha256: 'none',
    },
  ],
  outcomes: [
    {
      after: 'parts',
      on: 'parts',
      evaluation: {
        schema: 'iad-tf/evaluation@2',
        libraryVersion: VERSION,
        method: 'trivial',
        seed: 0,
        backend: 'none',
        backbone: { id: 'none', hash: 'none' },
        learned: [],
        peakMemory: null,
        config: {},
        dataset: { name: 'parts', layout: 'folder', split: 'given', train: 1, testGood: 1, testAnomalous: 1 },
        image: SCORES,
        pixel: null,
        proCurve: null,
        perDefect: {},
        operatingPoint: null,
        timings: { fit: {}, predictTotal: 1, perImage: { decode: 1, features: 1, scoring: 1 } },
        images: [],
        warnings: [],
      },
    },
  ],
};
