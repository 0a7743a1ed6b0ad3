// The datasets of a benchmark: which categories a folder has, and one of them opened.
import { listFolder, locate } from '#platform/data/files';
import { openDataset } from '../../data/dataset.js';
import { byCodeUnits } from '../../data/paths.js';
import type { Dataset } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import type { DatasetEntry } from './config.js';

export interface CategoryChoice {
  readonly layout: string;
  readonly split: string | null;
  readonly seed: number;
}

/**
 * The categories asked for, or all: the subfolders that are datasets. `[null]` where the folder itself is one.
 * @throws IadError BAD_CONFIG for one that is not there; FOLDER_NOT_FOUND
 */
export async function categoriesOf({ folder, categories }: DatasetEntry): Promise<(string | null)[]> {
  const { files } = await listFolder(folder);
  const below = files.flatMap((path) => /^([^/]+)\/train\//.exec(path)?.[1] ?? []);
  const isOne = below.length === 0 || files.some((path) => /^(train|test)\//.test(path));
  const all = isOne ? [] : [...new Set(below)].sort(byCodeUnits);
  const missing = categories?.find((category) => !all.includes(category));
  if (missing !== undefined) {
    const hint = all.length === 0 ? 'The folder is one dataset, without categories.' : `There are: ${all.join(', ')}.`;
    throw new IadError('BAD_CONFIG', `no category "${missing}"`, { path: folder, hint });
  }
  return categories ?? (isOne ? [null] : all);
}

/** @throws IadError as `openDataset` */
export async function openCategory(
  folder: string,
  category: string | null,
  { layout, split, seed }: CategoryChoice,
): Promise<Dataset> {
  const dataset = await openDataset(category === null ? folder : locate(folder, category), {
    layout: oneOf(LAYOUTS, layout, 'layout'),
    ...(split !== null && { split: oneOf(SPLITS, split, 'split') }),
    seed,
  });
  return category === null ? dataset : { ...dataset, name: category };
}

const LAYOUTS = ['auto', 'mvtec', 'mtd', 'folder'] as const;
const SPLITS = ['differnet', 'random80'] as const;

/** A job may come from another machine. */
function oneOf<T extends string>(known: readonly T[], name: string, path: string): T {
  const found = known.find((each) => each === name);
  if (found !== undefined) return found;
  throw new IadError('BAD_ARGUMENT', `no ${path} '${name}'`, { path, hint: `Known: ${known.join(', ')}.` });
}
