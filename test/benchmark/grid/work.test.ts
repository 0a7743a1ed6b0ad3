// What a job really learns and is tested with, under each setting: by the images that its record names, on synthetic parts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseGridConfig } from '../../../src/benchmark/grid/config.js';
import { openJob } from '../../../src/benchmark/grid/datasets.js';
import { expandGrid } from '../../../src/benchmark/grid/expand.js';
import { executor } from '../../../src/benchmark/grid/index.node.js';
import type { Job } from '../../../src/benchmark/grid/job.js';
import type { JobRecord } from '../../../src/benchmark/grid/record.js';
import { writeSynth } from '../../../src/data/synth/write.node.js';
import { useBackend } from '../../../src/kernels/backend.js';
import { seededResnet18 } from '../../helpers/seeded-weights.js';

const SETTINGS = [
  'continual',
  'noisy:percent=10',
  'noisy:percent=20',
  'supervised:n=2',
  'few-shot:m=2,augmentation=rotation',
];

type Done = Extract<JobRecord, { status: 'done' }>;

let folder: string;
const done = new Map<string, Done>();
/** Ids of all test images, by category. */
const tested = new Map<string, string[]>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iad-tf-work-'));
  for (const kind of ['metal', 'cloth'] as const) {
    await writeSynth(join(folder, 'parts'), { kind, seed: 0, size: 64, train: 10, testGood: 2, testPerDefect: 2 });
  }
  const config = parseGridConfig({
    methods: [{ id: 'patchcore', config: { resize: 64, inputSize: 64, coresetRatio: 0.05 } }],
    datasets: [join(folder, 'parts')],
    settings: SETTINGS,
    seeds: [0],
    backbones: [await seededResnet18(folder, 'layer3')],
  });
  await useBackend('wasm');
  const { jobs } = await expandGrid(config, { locate: (path) => path });
  const execute = await executor({ processes: 0, workers: 1, backend: 'wasm' });
  const wanted = jobs.filter(({ description: { dataset } }) => dataset.categories[0] === 'cloth');
  for (const job of wanted) done.set(job.description.setting.id, await carriedOut(job, execute));
  for (const dataset of await openJob(jobs.find(({ description }) => description.setting.id === 'continual')!)) {
    tested.set(dataset.test[0]!.category, dataset.test.map(({ id }) => id).sort());
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function carriedOut(job: Job, execute: Awaited<ReturnType<typeof executor>>): Promise<Done> {
  const record = await execute(job, new AbortController().signal, () => {});
  if (record.status === 'failed') throw new Error(record.error.message);
  return record;
}

const imagesOf = ({ evaluation }: Done['outcomes'][number]) => evaluation.images.map(({ id }) => id).sort();
const without = (ids: readonly string[] | undefined, gone: readonly string[]) =>
  (ids ?? []).filter((id) => !gone.includes(id));

describe('tested with', () => {
  test('continual: the whole test part of every category that was learned, and of no other', () => {
    const { outcomes, tasks } = done.get('continual')!;
    expect(tasks.map(({ category }) => category)).toEqual(['cloth', 'metal']);
    expect(outcomes.map(({ after, on }) => [after, on])).toEqual([
      ['cloth', 'cloth'],
      ['metal', 'cloth'],
      ['metal', 'metal'],
    ]);
    for (const outcome of outcomes) expect(imagesOf(outcome)).toEqual(tested.get(outcome.on));
  });

  test.each([10, 20])('noise of %i %%: what is not among the training images', (percent) => {
    const { outcomes, tasks } = done.get(`noisy:percent=${percent}`)!;
    const chosen = tasks[0]!.draws[0]!.chosen;
    expect(chosen).toHaveLength(percent / 10);
    expect(outcomes.map(imagesOf)).toEqual([without(tested.get('cloth'), chosen)]);
    expect(outcomes[0]?.evaluation.dataset).toMatchObject({
      testGood: tasks[0]?.counts.testNormal,
      testAnomalous: tasks[0]?.counts.testAnomalous,
    });
  });

  test('more noise holds the noise of less', () => {
    const [less, more] = [10, 20].map((percent) => done.get(`noisy:percent=${percent}`)!.tasks[0]!.draws[0]!.chosen);
    expect(more?.slice(0, less?.length)).toEqual(less);
  });

  test('supervised: what was not drawn; few shots: everything', () => {
    const { outcomes, tasks } = done.get('supervised:n=2')!;
    expect(outcomes.map(imagesOf)).toEqual([without(tested.get('cloth'), tasks[0]!.draws[0]!.chosen)]);
    expect(done.get('few-shot:m=2,augmentation=rotation')?.outcomes.map(imagesOf)).toEqual([tested.get('cloth')]);
  });
});

test('learned from all images but one that is held out; of a few shots from every copy', () => {
  const learned = Object.fromEntries(
    [...done].map(([id, { outcomes }]) => [id, outcomes[0]?.evaluation.dataset.train]),
  );
  expect(learned).toEqual({
    continual: 9,
    'noisy:percent=10': 10,
    'noisy:percent=20': 11,
    // A reference: the anomalies are not among them.
    'supervised:n=2': 9,
    'few-shot:m=2,augmentation=rotation': 10,
  });
  expect(done.get('supervised:n=2')?.description.standing).toBe('reference');
});
