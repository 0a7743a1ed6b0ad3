// The datasets of a benchmark, opened: for the list of jobs, and again by every job.
import { type Collection, openCollection } from '../../data/dataset.js';
import { LAYOUT_NAMES } from '../../data/layouts/registry.js';
import type { Dataset } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import { hashOf, type Job } from './job.js';

export interface DatasetChoice {
  readonly layout: string;
  readonly split?: string | undefined;
  readonly fold: number;
  /** Which repeat of a random split. */
  readonly seed: number;
}

/** @throws IadError BAD_ARGUMENT for a layout that is not known; and as `openCollection` */
export function openPlace(folder: string, choice: DatasetChoice, signal?: AbortSignal): Promise<Collection> {
  const { layout: name, split, fold, seed } = choice;
  const layout = (['auto', ...LAYOUT_NAMES] as const).find((each) => each === name);
  if (layout === undefined) {
    const hint = `Known: ${LAYOUT_NAMES.join(', ')}.`;
    throw new IadError('BAD_ARGUMENT', `no layout '${name}'`, { path: folder, hint });
  }
  return openCollection(folder, {
    layout,
    fold,
    seed,
    ...(split !== undefined && { split }),
    ...(signal && { signal }),
  });
}

/**
 * The datasets of a job, in the order of its categories.
 * @throws IadError RESULTS_MISMATCH if there are other images than when the job was made; and as `openCollection`
 */
export async function openJob({ description, folder }: Job, signal?: AbortSignal): Promise<Dataset[]> {
  const { dataset, seed } = description;
  const collection = await openPlace(folder, { ...dataset, seed }, signal);
  const datasets = dataset.categories.map((category) => collection.dataset(category));
  if ((await hashOf(await Promise.all(datasets.map(imagesHash)))) === dataset.images) return datasets;
  throw new IadError('RESULTS_MISMATCH', 'other images, or other labels, than the job was made for', {
    path: folder,
    hint: 'Bring the same copy of the dataset here, or run the benchmark on this one.',
  });
}

/** SHA-256 of the names and labels of all images, whatever the split. */
export function imagesHash({ train, test, validation = [], setAside = [] }: Dataset): Promise<string> {
  return hashOf([...train, ...test, ...validation, ...setAside].map(({ id, label }) => `${id} ${label}`).sort());
}
