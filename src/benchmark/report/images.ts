// Which images the numbers of a study come from: how many of what, by which draws, and where there were fewer than asked for.
import { type DoneRecord, isDone, type Study } from './gather.js';
import type { ReportDataset } from './schema.js';

type Task = DoneRecord['tasks'][number];

function tasksOf({ jobs }: Study): Task[] {
  return jobs.flatMap(({ record }) => (isDone(record) ? record.tasks : []));
}

/** By category, a range where jobs differ. */
export function imageCounts(study: Study, categories: readonly string[]): ReportDataset['images'][number][] {
  const all = tasksOf(study);
  return categories.flatMap((category) => {
    const tasks = all.filter((task) => task.category === category);
    if (tasks.length === 0) return [];
    const of = (count: (counts: Task['counts']) => number) => range(tasks.map(({ counts }) => count(counts)));
    const draws = tasks.flatMap((task) => task.draws.map(({ key, sha256 }) => `${key} ${sha256}`));
    return [
      {
        setting: study.settingId,
        category,
        train: of(({ trainNormal }) => trainNormal),
        trainAnomalous: of(({ trainAnomalous }) => trainAnomalous),
        testGood: of(({ testNormal }) => testNormal),
        testAnomalous: of(({ testAnomalous }) => testAnomalous),
        draws: [...new Set(draws)],
      },
    ];
  });
}

function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? `${low}` : `${low}–${high}`;
}

/** Where a setting could not be served as asked for, so that its parameter is another. */
export function capNotes(study: Study): string[] {
  const notes = tasksOf(study).flatMap(({ category, capped }) =>
    capped ? [`${category}: ${capped.used} images in place of ${capped.wanted}; ${capped.reason}.`] : [],
  );
  return [...new Set(notes)];
}
