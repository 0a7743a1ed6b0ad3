// The table of a terminal: means and spreads over the repeats, failures counted, what differs kept apart.
import { expect, test } from 'vitest';
import { trivialJobs, trivialWork } from '../../../bench/benchmark/trivial-jobs.js';
import { recording } from '../../../src/benchmark/grid/execute.js';
import type { JobRecord } from '../../../src/benchmark/grid/record.js';
import { runGrid } from '../../../src/benchmark/grid/run.js';
import { gridTable, tableText } from '../../../src/benchmark/grid/table.js';
import { CIRCUMSTANCES, memoryStore } from './stores.js';

const records = await runGrid(
  await trivialJobs(12),
  memoryStore(),
  recording(trivialWork({ failEvery: 3 }), CIRCUMSTANCES),
  {
    parallel: 1,
    signal: new AbortController().signal,
  },
);

/** A record with another image AUROC, or other facts. */
function changed(
  record: JobRecord,
  auroc: number | null,
  description: Partial<JobRecord['description']> = {},
): JobRecord {
  if (record.status === 'failed') throw new Error('a failed job has no figures');
  const outcomes = record.outcomes.map((outcome) => {
    const { evaluation } = outcome;
    return { ...outcome, evaluation: { ...evaluation, image: { ...evaluation.image, auroc } } };
  });
  return { ...record, outcomes, description: { ...record.description, ...description } };
}

test('a row for each cell: mean and sample deviation over what was done, and what failed', () => {
  const [one] = gridTable(records);
  // Seeds 0, 1 and 2 of method one, the last of which failed.
  const aurocs = [records[0], records[4]].map(
    (record) => (record?.status === 'done' ? record.outcomes[0]?.evaluation.image.auroc : null) ?? 0,
  );
  const mean = (aurocs[0]! + aurocs[1]!) / 2;
  expect(one).toMatchObject({
    method: 'one',
    backbone: 'none',
    dataset: 'trivial',
    tested: 'part',
    done: 2,
    failed: 1,
  });
  expect(one?.imageAuroc.mean).toBeCloseTo(mean, 12);
  expect(one?.imageAuroc.sd).toBeCloseTo(Math.abs(aurocs[0]! - aurocs[1]!) / Math.SQRT2, 12);
  expect(gridTable(records).map(({ method }) => method)).toEqual(['one', 'two', 'three', 'four']);
});

test('what is undefined is a dash, one repeat has no spread', () => {
  const [undefinedOne] = gridTable([changed(records[0]!, null)]);
  expect(undefinedOne?.imageAuroc).toEqual({ mean: null, sd: null });
  const text = tableText(gridTable([changed(records[0]!, 0.5)]));
  expect(text.split('\n')[1]).toMatch(
    /^one {5}none +few-shot:m=1,augmentation=none {2}trivial {2}part +1 +0 +0\.5000 /,
  );
});

test('settings, configurations and references have rows of their own; repeats have not', () => {
  const first = records[0]!;
  const { method } = first.description;
  const setting = { id: 'supervised:n=10', options: { kind: 'supervised', anomalies: 10 } };
  const rows = gridTable([
    changed(first, 0.1),
    changed(first, 0.3, { seed: 7, method: { ...method, config: { ...method.config, seed: 9 } } }),
    changed(first, 0.5, { setting, standing: 'reference' }),
    changed(first, 0.7, { method: { ...method, config: { ...method.config, dims: 3 } } }),
  ]);
  expect(rows.map(({ imageAuroc }) => imageAuroc.mean)).toEqual([0.2, 0.5, 0.7]);
  expect(rows[1]?.setting).toBe('supervised:n=10 (reference)');
});
