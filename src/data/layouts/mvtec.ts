// Layout `mvtec`: train/good, test/good, test/<defect>, ground_truth/<defect>/<name>_mask.png; one category is the root.
import { IadError } from '../../runtime/errors.js';
import { byCodeUnits, listed, stemOf } from '../paths.js';
import type { Indexed, IndexedSample, Listing } from './layout.js';

export const GOOD_NAMES: readonly string[] = ['good', 'ok', 'normal', 'Normal'];
const MASK_FOLDERS: readonly string[] = ['ground_truth', 'masks', 'gt'];
const MASK_SUFFIX = /_(mask|label|gt|GT)$/;

/**
 * Reads the folders. Aliases: `ok`, `normal` for `good`; `masks`, `gt` for `ground_truth`. A mask is found by its image's
 * stem, alone or with the suffix `_mask`, `_label` or `_gt`, or in a folder of that name with one file per defect.
 * @throws IadError `NO_GOOD_IMAGES`, `ANOMALY_IN_TRAIN`, `DUPLICATE_STEM`, `MASK_MISSING` (masks exist, but not for every
 *   anomalous image), `MASK_WITHOUT_IMAGE`
 */
export function indexMvtec({ name, root, images }: Listing): Indexed {
  const samples: IndexedSample[] = [];
  const warnings: string[] = [];
  const strangers: string[] = [];
  const masks = new MaskFinder(images, root);
  let validation = 0;
  for (const path of images) {
    const [top, folder, ...rest] = path.split('/');
    if (rest.length === 0 || folder === undefined) continue;
    if (top === 'val' || top === 'validation') validation++;
    if (top !== 'train' && top !== 'test') continue;
    const good = GOOD_NAMES.includes(folder);
    if (top === 'train' && !good) strangers.push(path);
    samples.push({
      path,
      category: name,
      split: top,
      label: good ? 0 : 1,
      defectType: good ? 'good' : folder,
      masks: good ? [] : masks.find(folder, rest.join('/')),
    });
  }
  refuse(strangers, 'ANOMALY_IN_TRAIN', 'not in train/good', root, 'Move defective images to test/<defect>.');
  if (!samples.some(({ split }) => split === 'train')) {
    const hint = 'Put images of good parts into train/good.';
    throw new IadError('NO_GOOD_IMAGES', 'no image in train/good', { path: root, hint });
  }
  checkStems(samples, root);
  const anomalous = samples.filter(({ label }) => label === 1);
  if (masks.any) {
    const without = anomalous.filter((sample) => sample.masks.length === 0).map(({ path }) => path);
    refuse(
      without,
      'MASK_MISSING',
      'images without mask',
      root,
      'Add the masks, or remove the mask folder altogether.',
    );
    refuse(masks.unused(), 'MASK_WITHOUT_IMAGE', 'masks without image', root, 'Is the dataset complete?');
  } else if (anomalous.length > 0) warnings.push('no masks: pixel metrics will be null');
  if (validation > 0) warnings.push(`${validation} images of the validation folder are not used`);
  return { split: 'given', samples, maskRule: 'nonzero', warnings };
}

function refuse(
  paths: readonly string[],
  code: 'ANOMALY_IN_TRAIN' | 'MASK_MISSING' | 'MASK_WITHOUT_IMAGE' | 'DUPLICATE_STEM',
  what: string,
  root: string,
  hint: string,
): void {
  if (paths.length > 0) throw new IadError(code, `${what}: ${listed(paths)}`, { path: root, hint });
}

/** The mask files by defect folder and stem. */
class MaskFinder {
  readonly #byStem = new Map<string, string[]>();
  readonly #unused: Set<string>;
  readonly #root: string;

  constructor(images: readonly string[], root: string) {
    this.#root = root;
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

  find(folder: string, file: string): string[] {
    const stem = withoutExtension(file);
    const own = this.#byStem.get(`${folder}/${stem}`) ?? [];
    const several = this.#byStem.get(`${folder}/${stem}/`) ?? [];
    const found = own.length > 0 ? own : several;
    if (own.length > 1 || (own.length > 0 && several.length > 0)) {
      const hint = 'Keep one of them.';
      const path = this.#root;
      throw new IadError('DUPLICATE_STEM', `several masks for one image: ${listed([...own, ...several])}`, {
        path,
        hint,
      });
    }
    for (const path of found) this.#unused.delete(path);
    return found;
  }

  unused(): string[] {
    return [...this.#unused].filter((path) => !GOOD_NAMES.includes(path.split('/')[1] ?? '')).sort(byCodeUnits);
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

/** Two images of a folder whose names differ only in extension or case would share a mask, and a file on some systems. */
export function checkStems(
  samples: readonly { readonly path: string }[],
  root: string,
  hint = 'Rename one of each.',
): void {
  const seen = new Map<string, string>();
  const twice: string[] = [];
  for (const { path } of samples) {
    const key = `${path.slice(0, path.lastIndexOf('/') + 1)}${stemOf(path)}`.toLowerCase();
    const first = seen.get(key);
    if (first !== undefined) twice.push(`${first} and ${path}`);
    else seen.set(key, path);
  }
  refuse(twice, 'DUPLICATE_STEM', 'same name but for extension or case', root, hint);
}
