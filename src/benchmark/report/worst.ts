// The images that cost a method its AUROC, whatever the unit of its scores: good ones above anomalous ones, and the other way.
import type { ImageResult } from '../types.js';
import { type Contender, type DoneRecord, isDone, outcomeOf, type StudiedDataset, type Study } from './gather.js';
import { isContinual } from './matrices.js';
import type { BenchmarkReport } from './schema.js';

export type WorstOfCell = BenchmarkReport['worst'][number];
type WorstImage = WorstOfCell['images'][number];

const SHOWN = 5;

/** One entry for each method on each category under each setting that gave a result. */
export function worstOf(dataset: StudiedDataset, methods: readonly Contender[]): WorstOfCell[] {
  return dataset.studies.flatMap((study) =>
    methods.flatMap((method) =>
      dataset.categories.flatMap((category): WorstOfCell[] => {
        const tests = testsOf(study, method, category);
        if (tests.length === 0) return [];
        const place = { dataset: dataset.name, setting: study.settingId, method: method.label, category };
        return [{ ...place, images: worstImages(tests) }];
      }),
    ),
  );
}

/** Of continual learning the tests after the last task. */
function testsOf(study: Study, method: Contender, category: string): (readonly ImageResult[])[] {
  return study.jobs.flatMap(({ method: own, categories, record }) => {
    if (own !== method || !isDone(record) || !categories.includes(category)) return [];
    const outcome = isContinual(study) ? finalOutcome(record, category) : outcomeOf(record, category);
    return outcome ? [outcome.evaluation.images] : [];
  });
}

function finalOutcome({ outcomes }: DoneRecord, category: string) {
  return outcomes.findLast(({ on }) => on === category);
}

/** By the mean over the repeats that an image was tested in; ties by id. */
function worstImages(tests: readonly (readonly ImageResult[])[]): WorstImage[] {
  const seen = new Map<string, { image: WorstImage; count: number }>();
  for (const images of tests) {
    const good = scoresOf(images, 0);
    const anomalous = scoresOf(images, 1);
    // With one class alone nothing is out of place.
    if (good.length === 0 || anomalous.length === 0) continue;
    for (const { id, defectType, label, score } of images) {
      if (label === -1) continue;
      const misplaced = label === 0 ? shareBelow(anomalous, score) : 1 - shareBelow(good, score);
      const before = seen.get(id);
      const image = before?.image ?? { id, defectType, label, score: 0, misplaced: 0 };
      const sum = { ...image, score: image.score + score, misplaced: image.misplaced + misplaced };
      seen.set(id, { image: sum, count: (before?.count ?? 0) + 1 });
    }
  }
  return [...seen.values()]
    .map(({ image, count }) => ({ ...image, score: image.score / count, misplaced: image.misplaced / count }))
    .filter(({ misplaced }) => misplaced > 0)
    .sort((a, b) => b.misplaced - a.misplaced || (a.id < b.id ? -1 : 1))
    .slice(0, SHOWN);
}

function scoresOf(images: readonly ImageResult[], wanted: 0 | 1): Float64Array {
  return Float64Array.from(images.filter(({ label }) => label === wanted).map(({ score }) => score)).sort();
}

/** Share of the sorted scores below a value, those equal to it counting half. */
function shareBelow(sorted: Float64Array, value: number): number {
  let below = 0;
  let equal = 0;
  for (const score of sorted) {
    if (score > value) break;
    if (score < value) below++;
    else equal++;
  }
  return (below + equal / 2) / sorted.length;
}
