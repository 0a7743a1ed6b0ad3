// Which images the numbers of a study come from: how many of what, of which tasks, and what has to be said of them.
import { type DoneRecord, grouped, isDone, outcomeOf, type Study } from './gather.js';
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
    const manifests = tasks.map(({ task, sha256 }) => `${task} ${sha256}`);
    return [
      {
        setting: study.settingId,
        category,
        train: of(({ trainNormal }) => trainNormal),
        learnedFrom: learnedFrom(study, category),
        trainAnomalous: of(({ trainAnomalous }) => trainAnomalous),
        testGood: of(({ testNormal }) => testNormal),
        testAnomalous: of(({ testAnomalous }) => testAnomalous),
        manifests: [...new Set(manifests)],
      },
    ];
  });
}

/** What `fit` learned from, method by method: each holds out what its configuration says. */
function learnedFrom({ jobs }: Study, category: string): ReportDataset['images'][number]['learnedFrom'] {
  const counts = jobs.flatMap(({ method, record }) => {
    const outcome = isDone(record) ? outcomeOf(record, category) : undefined;
    return outcome ? [{ method: method.label, images: outcome.evaluation.dataset.train }] : [];
  });
  return grouped(counts, ({ method }) => method).map((own) => {
    return { method: own[0].method, images: range(own.map(({ images }) => images)) };
  });
}

function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? `${low}` : `${low}–${high}`;
}

/** What has to be said of the images, such as that there were fewer than asked for. */
export function imageNotes(study: Study): string[] {
  const notes = tasksOf(study).flatMap(({ category, notes: own }) => own.map((note) => `${category}: ${note}.`));
  return [...new Set(notes)];
}
