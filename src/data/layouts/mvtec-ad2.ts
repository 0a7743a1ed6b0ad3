// Layout `mvtec_ad2` (Heckler-Kram et al., MVTec AD 2, 2025): train/good, validation/good, test_public/{good,bad} with masks in
// test_public/ground_truth/bad, and test images whose labels are not disclosed.
import { byCodeUnits, stemOf } from '../paths.js';
import type { Indexed, IndexedSample, Layout } from './layout.js';
import { Problems } from './problems.js';
import { publishedNames } from './published.js';
import { stemTwins } from './stems.js';

const FOLDERS: Readonly<Record<string, Pick<IndexedSample, 'split' | 'label' | 'defectType'>>> = {
  'train/good': { split: 'train', label: 0, defectType: 'good' },
  'validation/good': { split: 'val', label: 0, defectType: 'good' },
  'test_public/good': { split: 'test', label: 0, defectType: 'good' },
  'test_public/bad': { split: 'test', label: 1, defectType: 'bad' },
  test_private: { split: 'test', label: -1, defectType: 'unknown' },
  test_private_mixed: { split: 'test', label: -1, defectType: 'unknown' },
};
const DUE = ['train/good', 'validation/good', 'test_public/good', 'test_public/bad'];
const CATEGORY = /^([^/]+)\/test_public\/(?:good|bad)\/[^/]/;
const MASK = /^test_public\/ground_truth\/bad\/([^/]+)_mask\.[^./]+$/;

export const MVTEC_AD2: Layout = {
  id: 'mvtec_ad2',
  splits: ['given'],
  recognises: (files) => files.some((path) => CATEGORY.test(path)),
  categories(files) {
    const found = new Set(files.flatMap((path) => CATEGORY.exec(path)?.[1] ?? []));
    const known = publishedNames('mvtec_ad2').filter((name) => found.delete(name));
    return [...known, ...[...found].sort(byCodeUnits)];
  },
  index({ images, root }, { category }): Indexed {
    const problems = new Problems(`mvtec_ad2/${category}`, root);
    const own = images.filter((path) => path.startsWith(`${category}/`));
    const within = (path: string) => path.slice(category.length + 1);
    const masks = new Map<string, string>();
    for (const path of own) {
      const stem = MASK.exec(within(path))?.[1];
      if (stem !== undefined) masks.set(stem, path);
    }
    const seen = new Set<string>();
    const without: string[] = [];
    const samples: IndexedSample[] = [];
    for (const path of own) {
      const name = within(path);
      const folder = name.slice(0, name.lastIndexOf('/'));
      const kind = Object.hasOwn(FOLDERS, folder) ? FOLDERS[folder] : undefined;
      if (!kind) continue;
      seen.add(folder);
      const mask = kind.label === 1 ? masks.get(stemOf(path)) : undefined;
      if (mask !== undefined) masks.delete(stemOf(path));
      else if (kind.label === 1) without.push(path);
      samples.push({ path, category, ...kind, masks: mask === undefined ? [] : [mask] });
    }
    const hint = 'Is the dataset complete?';
    problems.add(
      'SPLIT_FOLDER_MISSING',
      'no images in',
      DUE.filter((folder) => !seen.has(folder)),
      hint,
    );
    problems.add('MASK_MISSING', 'images without mask', without, hint);
    problems.add('MASK_WITHOUT_IMAGE', 'masks without image', [...masks.values()], hint);
    problems.add('DUPLICATE_STEM', 'same name but for extension or case', stemTwins(samples), 'Remove one of each.');
    problems.throwIfAny();
    return { samples, maskRule: 'nonzero', warnings: [] };
  },
};
