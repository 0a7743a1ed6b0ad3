// Made-up records of a benchmark: whatever a test says of a job, the rest filled in.
import { hashOf, jobId, jobTitle } from '../../src/benchmark/grid/job.js';
import type { GridManifest, JobRecord } from '../../src/benchmark/grid/record.js';
import type { Results } from '../../src/benchmark/report/index.js';
import { parseSetting, type SettingOptions, settingId } from '../../src/benchmark/settings/index.js';
import type { Evaluation } from '../../src/benchmark/types.js';
import { sha256 } from '../../src/runtime/sha256.js';
import { sampleEvaluation } from '../report/sample.js';

export interface MadeUpJob {
  readonly method?: string;
  readonly name?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Default: parts, which is nobody's. */
  readonly dataset?: {
    readonly id?: string;
    readonly name?: string;
    readonly layout?: string;
    readonly split?: string;
  };
  readonly categories?: readonly string[];
  readonly setting?: SettingOptions;
  readonly repeat?: number;
  readonly standing?: 'served' | 'reference';
  readonly cacheFeatures?: boolean;
  readonly counts?: Partial<DoneRecord['tasks'][number]['counts']>;
  readonly notes?: readonly string[];
  readonly parallel?: number;
  readonly ownProcess?: boolean;
  readonly peakMemory?: number | null;
  /** Image AUROC on the one category; or every test; or what went wrong. */
  readonly gives: number | null | readonly MadeUpTest[] | { readonly code: string | null; readonly message: string };
}

export interface MadeUpTest {
  readonly after: string;
  readonly on: string;
  readonly evaluation: Partial<Evaluation>;
}

type DoneRecord = Extract<JobRecord, { status: 'done' }>;

const HASH = 'cd'.repeat(32);

/** The same value for every metric that a test does not speak of. */
export function evaluationOf(auroc: number | null, changes: Partial<Evaluation> = {}): Partial<Evaluation> {
  const metrics = { auroc, ap: auroc, f1Max: auroc, f1MaxThreshold: auroc };
  return { image: metrics, pixel: { ...metrics, aupro: auroc }, ...changes };
}

export async function madeUpRecord(job: MadeUpJob): Promise<JobRecord> {
  const { method = 'patchcore', name = method, dataset = {}, categories = ['bolt'], repeat = 0, gives } = job;
  const setting = parseSetting(job.setting ?? { kind: 'unsupervised' });
  const description = {
    method: {
      id: method,
      name,
      code: null,
      config: { backbone: 'resnet50', inputSize: 224, geometry: 'crop', seed: repeat, ...job.config },
    },
    setting: { id: settingId(setting), options: { ...setting } },
    standing: job.standing ?? ('served' as const),
    dataset: {
      id: 'parts',
      name: 'parts',
      layout: 'mvtec',
      split: 'given',
      ...dataset,
      fold: 0,
      categories,
      images: HASH,
    },
    seed: repeat,
    baseSeed: 66,
    cacheFeatures: job.cacheFeatures ?? false,
  };
  const common = {
    schema: 'iad-tf/job@1' as const,
    id: await jobId(description),
    description,
    environment: {
      libraryVersion: '0.1.0',
      node: 'v20.20.2',
      platform: 'linux x64',
      cpu: 'AMD EPYC',
      cores: 2,
      memory: 16 * 2 ** 30,
      commit: 'abcdef',
    },
    attempts: 1,
    workers: null,
    parallel: job.parallel ?? 1,
    started: '2026-11-22T08:00:00.000Z',
    duration: 1000,
    peakMemory: job.peakMemory === undefined ? 2 ** 30 : job.peakMemory,
    ownProcess: job.ownProcess ?? true,
  };
  if (isError(gives)) return { ...common, status: 'failed', error: gives };
  const tests = Array.isArray(gives) ? gives : [oneTest(categories[0]!, gives)];
  const counts = { trainNormal: 20, trainAnomalous: 0, testNormal: 3, testAnomalous: 4, unlabelled: 0, ...job.counts };
  return {
    ...common,
    status: 'done',
    tasks: await Promise.all(
      categories.map(async (category) => ({
        task: `${description.dataset.id}|${category}|${description.setting.id}|repeat=${repeat}|seed=66`,
        category,
        counts,
        capped: null,
        notes: job.notes ?? [],
        seeds: { train: repeat, augment: repeat },
        augmentation: 'none' as const,
        window: null,
        sha256: await sha256(new TextEncoder().encode(`${category} ${repeat}`)),
        draws: [],
        trainSha256: HASH,
        testSha256: HASH,
      })),
    ),
    outcomes: tests.map(({ after, on, evaluation }) => ({ after, on, evaluation: sampleEvaluation(evaluation) })),
  };
}

function isError(gives: MadeUpJob['gives']): gives is { code: string | null; message: string } {
  return typeof gives === 'object' && gives !== null && 'message' in gives;
}

function oneTest(category: string, auroc: MadeUpJob['gives']): MadeUpTest {
  return { after: category, on: category, evaluation: evaluationOf(typeof auroc === 'number' ? auroc : null) };
}

/** What `readResults` would read. @param missing titles of jobs without a record */
export async function madeUpResults(
  jobs: readonly MadeUpJob[],
  missing: readonly string[] = [],
  skipped: GridManifest['skipped'] = [],
): Promise<Results> {
  const records = await Promise.all(jobs.map(madeUpRecord));
  const waiting = missing.map((title, i) => ({ id: `${i}`.padStart(16, 'f'), title }));
  const all = [...records.map((record) => ({ id: record.id, title: jobTitle(record) })), ...waiting];
  const manifest: GridManifest = {
    schema: 'iad-tf/grid@1',
    libraryVersion: '0.1.0',
    fingerprint: await hashOf(all.map(({ id }) => id)),
    jobs: all,
    skipped,
  };
  return { manifest, records };
}
