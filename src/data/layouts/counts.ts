// How many images of what there are, held against the publication.
import type { IndexedSample, LayoutName } from './layout.js';
import { type PublishedCounts, publishedCategory } from './published.js';

/** Images of one category. */
export interface Counts {
  readonly train: number;
  readonly validation: number;
  readonly testGood: number;
  readonly testAnomalous: number;
  /** Defective images of the training part. */
  readonly setAside: number;
  /** All images, defective or not. */
  readonly images: number;
  readonly anomalous: number;
}

export function countSamples(samples: readonly IndexedSample[]): Counts {
  const count = (split: string, label: number) =>
    samples.filter((sample) => sample.split === split && sample.label === label).length;
  return {
    train: count('train', 0),
    validation: count('val', 0),
    testGood: count('test', 0),
    testAnomalous: count('test', 1),
    setAside: count('train', 1),
    images: samples.length,
    anomalous: samples.filter(({ label }) => label === 1).length,
  };
}

const NAMES: Readonly<Record<keyof Counts, string>> = {
  train: 'for training',
  validation: 'for validation',
  testGood: 'good for testing',
  testAnomalous: 'anomalous for testing',
  setAside: 'defective of the training part',
  images: 'in all',
  anomalous: 'anomalous',
};

/** A warning where other counts were published; a named split of a dataset that has several need not have them. */
export function countWarnings(layout: LayoutName, category: string, counts: Counts): string[] {
  const published: PublishedCounts = publishedCategory(layout, category)?.counts ?? {};
  const other = (Object.keys(NAMES) as (keyof Counts)[]).filter(
    (key) => published[key] !== undefined && published[key] !== counts[key],
  );
  if (other.length === 0) return [];
  const texts = other.map((key) => `${counts[key]} ${NAMES[key]}, published ${published[key]}`);
  return [`COUNT_MISMATCH: images ${texts.join('; ')} (a later release, or incomplete?)`];
}
