// The images of each category by what a setting may do with them, sorted, so that a draw means the same everywhere.
import { byCodeUnits } from '../../data/paths.js';
import type { Dataset, Sample } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import type { DatasetIndex } from './types.js';

export interface Population {
  readonly category: string;
  /** Normal training images. */
  readonly normal: readonly Sample[];
  /** Labelled test images. */
  readonly test: readonly Sample[];
  /** Those of them that are anomalous. */
  readonly anomalous: readonly Sample[];
  readonly unlabelled: number;
}

/**
 * The images of opened datasets, one for each category, under the identifier of the dataset.
 * @param categories what `openDataset` gave for them
 */
export function datasetIndex(dataset: string, categories: readonly Dataset[]): DatasetIndex {
  return { dataset, samples: categories.flatMap(({ train, test }) => [...train, ...test]) };
}

/**
 * By category, sorted by name.
 * @throws IadError `BAD_ARGUMENT` for an image that is there twice, `ANOMALY_IN_TRAIN`; `NO_GOOD_IMAGES` or `FOLDER_EMPTY`
 *   for a category without normal training images or labelled test images, or an index without any image
 */
export function populations({ dataset, samples }: DatasetIndex): Population[] {
  if (samples.length === 0)
    throw new IadError('FOLDER_EMPTY', 'a setting of a dataset without images', { path: dataset });
  const sorted = [...samples].sort((a, b) => byCodeUnits(a.id, b.id));
  const twice = sorted.find(({ id }, i) => id === sorted[i + 1]?.id);
  if (twice) {
    const hint = 'An image must not be both trained on and tested with.';
    throw new IadError('BAD_ARGUMENT', 'the image is in the dataset twice', { path: `${dataset}/${twice.id}`, hint });
  }
  const categories = [...new Set(sorted.map(({ category }) => category))].sort(byCodeUnits);
  return categories.map((category) =>
    population(
      dataset,
      category,
      sorted.filter((sample) => sample.category === category),
    ),
  );
}

function population(dataset: string, category: string, samples: readonly Sample[]): Population {
  const path = `${dataset}/${category}`;
  const normal = samples.filter(({ split }) => split === 'train');
  const stranger = normal.find(({ label }) => label !== 0);
  if (stranger) {
    const hint = 'Settings draw anomalies from the test images themselves.';
    throw new IadError('ANOMALY_IN_TRAIN', `the training image ${stranger.id} is not normal`, { path, hint });
  }
  if (normal.length === 0) throw new IadError('NO_GOOD_IMAGES', 'there are no normal training images', { path });
  const given = samples.filter(({ split }) => split === 'test');
  const test = given.filter(({ label }) => label !== -1);
  if (test.length === 0) throw new IadError('FOLDER_EMPTY', 'there are no labelled test images', { path });
  const anomalous = test.filter(({ label }) => label === 1);
  return { category, normal, test, anomalous, unlabelled: given.length - test.length };
}
