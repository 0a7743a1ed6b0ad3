// Folders of a dataset that nothing of it lies in: a misspelt `train` leaves a category out, and nothing else would say so.
import type { Collection } from './dataset.js';
import type { Dataset } from './types.js';

/**
 * The folders in the root that hold images, none of which is used.
 * @param datasets all categories, as they were opened
 */
export function strayFolders({ folders }: Collection, datasets: readonly Dataset[]): string[] {
  const used = new Set(datasets.flatMap(filesOf).map((path) => path.slice(0, path.indexOf('/'))));
  return folders.filter((folder) => !used.has(folder));
}

function filesOf({ train, test, validation = [], setAside = [] }: Dataset): string[] {
  const samples = [...train, ...test, ...validation, ...setAside];
  return samples.flatMap(({ id, masks }) => [id, ...masks.flatMap(({ path }) => path ?? [])]);
}
