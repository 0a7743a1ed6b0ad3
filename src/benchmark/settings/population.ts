// The images of each category by what a setting may do with them, sorted, so that a draw means the same everywhere.
import { knownDataset } from '../../data/layouts/published.js';
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
  /** Anomalous images of the training part. */
  readonly setAside: readonly Sample[];
  /** Test images of unknown label, which are in none of the others. */
  readonly unlabelled: number;
}

/** Layouts that any data can have, and that say nothing about which dataset it is. */
const NAMELESS: readonly string[] = ['mvtec', 'folder', 'manifest'];

/**
 * What draws and published numbers know a dataset by: the layout where it is that of one dataset, such as `mvtec_ad`. Data of one's own
 * never gets the identifier of a published dataset, whatever its folder is called: nobody's numbers may stand beside it.
 * @param name used for data of one's own
 */
export function datasetId(layout: string, name: string): string {
  if (!NAMELESS.includes(layout)) return layout;
  return isOnlyNamedSo(layout, name) ? `${name} (own)` : name;
}

/** Whether data of one's own have the name of a published dataset without its layout. */
export function isOnlyNamedSo(layout: string, name: string): boolean {
  return NAMELESS.includes(layout) && knownDataset(name) !== undefined;
}

/**
 * The images of opened datasets, one for each category, under the identifier of the dataset.
 * @param dataset see `datasetId`
 * @param categories what `openDataset` gave for them
 */
export function datasetIndex(dataset: string, categories: readonly Dataset[]): DatasetIndex {
  return {
    dataset,
    samples: categories.flatMap(({ train, test }) => [...train, ...test]),
    setAside: categories.flatMap(({ setAside = [] }) => setAside),
  };
}

/**
 * By category, sorted by name.
 * @throws IadError `BAD_ARGUMENT` for an image that is in its category twice, or is set aside but not anomalous;
 *   `ANOMALY_IN_TRAIN`; `NO_GOOD_IMAGES` or `FOLDER_EMPTY` for a category without normal training images or labelled test
 *   images, or an index without any image
 */
export function populations({ dataset, samples, setAside = [] }: DatasetIndex): Population[] {
  if (samples.length === 0)
    throw new IadError('FOLDER_EMPTY', 'a setting of a dataset without images', { path: dataset });
  const aside = byCategory(setAside);
  return [...byCategory(samples)]
    .sort(([a], [b]) => byCodeUnits(a, b))
    .map(([category, own]) => population(`${dataset}/${category}`, category, own, aside.get(category) ?? []));
}

function byCategory(samples: readonly Sample[]): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const sample of samples) {
    const list = found.get(sample.category);
    if (list) list.push(sample);
    else found.set(sample.category, [sample]);
  }
  for (const list of found.values()) list.sort((a, b) => byCodeUnits(a.id, b.id));
  return found;
}

/** @param path for messages */
function population(
  path: string,
  category: string,
  samples: readonly Sample[],
  setAside: readonly Sample[],
): Population {
  refuseTwice(path, [...samples, ...setAside]);
  const normal = samples.filter(({ split }) => split === 'train');
  const stranger = normal.find(({ label }) => label !== 0);
  if (stranger) {
    const hint = 'Set it aside, or move it to the test images: settings draw anomalies from those themselves.';
    throw new IadError('ANOMALY_IN_TRAIN', `the training image ${stranger.id} is not normal`, { path, hint });
  }
  const other = setAside.find(({ label, split }) => label !== 1 || split !== 'train');
  if (other) {
    const hint = 'Only anomalous images of the training part are.';
    throw new IadError('BAD_ARGUMENT', `the image ${other.id} is set aside`, { path, hint });
  }
  if (normal.length === 0) throw new IadError('NO_GOOD_IMAGES', 'there are no normal training images', { path });
  const given = samples.filter(({ split }) => split === 'test');
  const test = given.filter(({ label }) => label !== -1);
  if (test.length === 0) throw new IadError('FOLDER_EMPTY', 'there are no labelled test images', { path });
  const anomalous = test.filter(({ label }) => label === 1);
  return { category, normal, test, anomalous, setAside, unlabelled: given.length - test.length };
}

function refuseTwice(path: string, samples: readonly Sample[]): void {
  const seen = new Set<string>();
  for (const { id } of samples) {
    if (seen.has(id)) {
      const hint = 'An image must not be both trained on and tested with.';
      throw new IadError('BAD_ARGUMENT', `the image ${id} is in the dataset twice`, { path, hint });
    }
    seen.add(id);
  }
}
