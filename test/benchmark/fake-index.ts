// Indexes of datasets without files: as many images as are asked for, named so that the order by path is the order of numbers.
import type { DatasetIndex } from '../../src/benchmark/settings/index.js';
import type { Sample } from '../../src/data/types.js';

export interface FakeCounts {
  readonly normal: number;
  readonly testNormal?: number;
  readonly anomalous?: number;
  readonly unlabelled?: number;
}

export function fakeIndex(dataset: string, categories: Readonly<Record<string, FakeCounts>>): DatasetIndex {
  return { dataset, samples: Object.entries(categories).flatMap(([name, counts]) => fakeSamples(name, counts)) };
}

function fakeSamples(category: string, counts: FakeCounts): Sample[] {
  const { normal, testNormal = 1, anomalous = 0, unlabelled = 0 } = counts;
  const make = (count: number, split: 'train' | 'test', defectType: string, label: Sample['label']) =>
    Array.from({ length: count }, (_, i): Sample => {
      const name = String(i).padStart(4, '0');
      const id = `${category}/${split}/${defectType}/${name}.png`;
      const masks = label === 1 ? [{ source: `${category}/ground_truth/${name}.png`, rule: 'nonzero' as const }] : [];
      return { id, category, split, label, defectType, image: id, masks };
    });
  return [
    ...make(normal, 'train', 'good', 0),
    ...make(testNormal, 'test', 'good', 0),
    ...make(anomalous, 'test', 'scratch', 1),
    ...make(unlabelled, 'test', 'unknown', -1),
  ];
}

/** The position of a fake image, by its id. */
export function numberOf(id: string): number {
  return Number(/(\d+)\.png$/.exec(id)?.[1]);
}
