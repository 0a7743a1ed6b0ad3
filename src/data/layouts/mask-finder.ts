// Finds the mask files of an image by defect folder and stem.
import { byCodeUnits } from '../paths.js';
import type { Problems } from './problems.js';

export const MASK_FOLDERS: readonly string[] = ['ground_truth', 'masks', 'gt'];
const MASK_SUFFIX = /_(mask|label|gt|GT)$/;

export class MaskFinder {
  readonly #byStem = new Map<string, string[]>();
  readonly #unused: Set<string>;

  constructor(images: readonly string[]) {
    const files = images.filter((path) => MASK_FOLDERS.some((folder) => path.startsWith(`${folder}/`)));
    this.#unused = new Set(files);
    for (const path of files) {
      const [, folder, ...rest] = path.split('/');
      if (folder === undefined || rest.length === 0) continue;
      const stem = withoutExtension(rest.join('/'));
      push(this.#byStem, `${folder}/${stem}`, path);
      const bare = stem.replace(MASK_SUFFIX, '');
      if (bare !== stem) push(this.#byStem, `${folder}/${bare}`, path);
      // One folder per image, one file per defect.
      if (rest.length > 1) push(this.#byStem, `${folder}/${rest.slice(0, -1).join('/')}/`, path);
    }
  }

  get any(): boolean {
    return this.#byStem.size > 0;
  }

  /** The masks of one image; several files are a problem unless they lie in a folder of their own. */
  find(folder: string, file: string, problems: Problems): string[] {
    const stem = withoutExtension(file);
    const own = this.#byStem.get(`${folder}/${stem}`) ?? [];
    const several = this.#byStem.get(`${folder}/${stem}/`) ?? [];
    const found = own.length > 0 ? own : several;
    if (own.length > 1 || (own.length > 0 && several.length > 0)) {
      problems.add('DUPLICATE_STEM', 'several masks for one image', [...own, ...several], 'Keep one of them.');
    }
    for (const path of [...own, ...several]) this.#unused.delete(path);
    return found;
  }

  /** Masks that no image has asked for, but for those of good images. */
  unused(goodNames: readonly string[]): string[] {
    return [...this.#unused].filter((path) => !goodNames.includes(path.split('/')[1] ?? '')).sort(byCodeUnits);
  }
}

function withoutExtension(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
