// Continual learning task by task: what each task is worth after each further one, and how much was forgotten.
import { forgettingMeasure, meanOverRepeats } from '../../metrics/index.js';
import {
  type Contender,
  type DoneRecord,
  isDone,
  isServed,
  learnedText,
  type StudiedDataset,
  type Study,
} from './gather.js';
import { metricsOf, type ReportMetric } from './metrics.js';
import type { Repeated } from './rows.js';
import type { BenchmarkReport } from './schema.js';

export type Matrix = BenchmarkReport['matrices'][number];

export function isContinual({ setting }: Study): boolean {
  return setting.kind === 'continual';
}

interface Run {
  readonly repeat: number;
  readonly record: DoneRecord;
}

/** Final mean, forgetting measure and just-learnt mean of every repeat. */
export function forgettingOf(
  study: Study,
  method: Contender,
  metric: ReportMetric,
): { readonly final: Repeated; readonly fm: Repeated; readonly justLearnt: Repeated } {
  const jobs = study.jobs.filter((job) => job.method === method);
  const measures = runsOf(study, method).map(({ repeat, record }) => {
    return { repeat, measure: forgettingMeasure(valuesOf(record, metric)) };
  });
  const failed = jobs.filter(({ record }) => !isDone(record)).length;
  const served = isServed(study, method);
  const repeated = (of: (measure: (typeof measures)[number]['measure']) => number | null): Repeated => ({
    values: new Map(measures.map(({ repeat, measure }) => [repeat, of(measure)])),
    failed,
    missing: served ? study.repeats.length - measures.length - failed : 0,
    served,
  });
  return {
    final: repeated(({ finalMean }) => finalMean),
    fm: repeated(({ fm }) => fm),
    justLearnt: repeated(({ justLearntMean }) => justLearntMean),
  };
}

/** One for each method and metric, the means over the repeats. */
export function matricesOf(dataset: StudiedDataset, methods: readonly Contender[]): Matrix[] {
  const metrics = metricsOf(dataset);
  return dataset.studies.filter(isContinual).flatMap((study) =>
    methods.flatMap((method) => {
      const runs = runsOf(study, method);
      const [first] = runs;
      if (!first) return [];
      const tasks = tasksOf(first.record);
      return metrics.map((metric): Matrix => {
        const all = runs.map(({ record }) => valuesOf(record, metric));
        return {
          dataset: dataset.name,
          setting: study.settingId,
          method: method.label,
          metric: metric.id,
          tasks,
          repeats: runs.length,
          values: tasks.map((_, i) =>
            Array.from({ length: i + 1 }, (__, j) => meanOverRepeats(all.map((values) => values[i]?.[j] ?? null)).mean),
          ),
          learned: tasks.map((task) => learnedText(first.record, task)),
        };
      });
    }),
  );
}

function runsOf(study: Study, method: Contender): Run[] {
  return study.jobs.flatMap(({ method: own, repeat, record }) =>
    own === method && isDone(record) ? [{ repeat, record }] : [],
  );
}

function tasksOf({ outcomes }: DoneRecord): string[] {
  return [...new Set(outcomes.map(({ after }) => after))];
}

/** [i][j]: on task j after learning task i. */
function valuesOf(record: DoneRecord, { of }: ReportMetric): (number | null)[][] {
  const tasks = tasksOf(record);
  return tasks.map((after, i) =>
    tasks.slice(0, i + 1).map((on) => {
      const outcome = record.outcomes.find((test) => test.after === after && test.on === on);
      return outcome ? of(outcome.evaluation) : null;
    }),
  );
}
