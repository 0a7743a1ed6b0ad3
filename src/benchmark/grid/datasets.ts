// The datasets of a benchmark, opened: for the list of jobs, and again by every job.
import { fileSize } from '#platform/data/files';
import { type Collection, openCollection } from '../../data/dataset.js';
import { LAYOUT_NAMES } from '../../data/layouts/registry.js';
import type { Dataset, ImageSource } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import { canonical, hashOf, type Job } from './job.js';

export interface DatasetChoice {
  readonly layout: string;
  readonly split?: string | undefined;
  readonly fold: number;
  /** Which repeat of a random split, and what all repeats are drawn by. */
  readonly seed: number;
  readonly baseSeed: number;
}

/** @throws IadError BAD_ARGUMENT for a layout that is not known; and as `openCollection` */
export function openPlace(folder: string, choice: DatasetChoice, signal?: AbortSignal): Promise<Collection> {
  const { layout: name, split, fold, seed, baseSeed } = choice;
  const layout = (['auto', ...LAYOUT_NAMES] as const).find((each) => each === name);
  if (layout === undefined) {
    const hint = `Known: ${LAYOUT_NAMES.join(', ')}.`;
    throw new IadError('BAD_ARGUMENT', `no layout '${name}'`, { path: folder, hint });
  }
  return openCollection(folder, {
    layout,
    fold,
    seed,
    baseSeed,
    ...(split !== undefined && { split }),
    ...(signal && { signal }),
  });
}

/**
 * The datasets of a job, in the order of its categories.
 * @throws IadError RESULTS_MISMATCH if there are other images than when the job was made; and as `openCollection`
 */
export async function openJob({ description, folder }: Job, signal?: AbortSignal): Promise<Dataset[]> {
  const { dataset, seed, baseSeed } = description;
  const collection = await openPlace(folder, { ...dataset, seed, baseSeed }, signal);
  const datasets = dataset.categories.map((category) => collection.dataset(category));
  if ((await hashOf(await Promise.all(datasets.map(imagesHash)))) === dataset.images) return datasets;
  throw new IadError('RESULTS_MISMATCH', 'other images, masks or labels than the job was made for', {
    path: folder,
    hint: 'Bring the same copy of the dataset here, or run the benchmark on this one.',
  });
}

/**
 * SHA-256 of what tells an edited dataset from the one before without reading it: names, labels and file sizes of all images,
 * whatever the split, with names, rules and file sizes of their masks.
 * @throws IadError IMAGE_NOT_FOUND for a file that has gone since the dataset was opened
 */
export async function imagesHash({ train, test, validation = [], setAside = [] }: Dataset): Promise<string> {
  const lines = await Promise.all(
    [...train, ...test, ...validation, ...setAside].map(async ({ id, label, image, masks }) => {
      const files = masks.map(async ({ path = '', rule, source }) => [path, rule, await sizeOf(source)]);
      return canonical([id, label, await sizeOf(image), ...(await Promise.all(files))]);
    }),
  );
  return hashOf(lines.sort());
}

/** Null for what lies in no file. */
function sizeOf(source: ImageSource): Promise<number> | null {
  return typeof source === 'string' ? fileSize(source) : null;
}
