// Layout `manifest`: the file manifest.csv says what every image is; the folders mean nothing.
import { byCodeUnits } from '../paths.js';
import { checkedPath, csvError, oneOf, readTable } from './csv.js';
import type { Indexed, IndexedSample, Layout } from './layout.js';
import { Problems } from './problems.js';

const TABLE = 'manifest.csv';
const LABELS = { 0: 0, normal: 0, good: 0, 1: 1, anomalous: 1, anomaly: 1, '-1': -1, unknown: -1 } as const;
const SPLITS = { train: 'train', val: 'val', validation: 'val', test: 'test' } as const;

/**
 * Columns `image`, `split` (train, val, test), `label` (normal, anomalous, unknown; 0, 1, -1), and if wanted `category`,
 * `defect`, `mask` (several divided by `|`, anomalous where not 0). Paths are relative to the root.
 */
export const MANIFEST: Layout = {
  id: 'manifest',
  splits: ['given'],
  recognises: (files) => files.includes(TABLE),
  categories(_files, { texts }, name) {
    const named = readTable(texts.get(TABLE), TABLE, ['image']).map(({ get }) => get('category') || name);
    return [...new Set(named)].sort(byCodeUnits);
  },
  needs: () => ({ texts: [TABLE], masks: [] }),
  /** @throws IadError `CSV_INVALID`; DatasetError `SPLIT_OVERLAP`, `ANOMALY_IN_TRAIN`, `MASK_MISSING`, `NO_GOOD_IMAGES` */
  index({ name, root, images }, { category }, { texts }): Indexed {
    const problems = new Problems(category, root);
    const files = new Set(images);
    const seen = new Map<string, string>();
    const samples: IndexedSample[] = [];
    for (const { line, get } of readTable(texts.get(TABLE), TABLE, ['image', 'split', 'label'])) {
      const path = checkedPath(get('image'), files, TABLE, line);
      const split = oneOf(get('split'), SPLITS, TABLE, line);
      const label = oneOf(get('label'), LABELS, TABLE, line);
      const masks = get('mask') === '' ? [] : get('mask').split('|');
      for (const mask of masks) checkedPath(mask, files, TABLE, line);
      const before = seen.get(path);
      if (before === split) throw csvError(TABLE, line, `${path} a second time`);
      if (before !== undefined) problems.add('SPLIT_OVERLAP', 'images in two splits', [path], 'Keep one row of each.');
      seen.set(path, split);
      if ((get('category') || name) !== category) continue;
      const defectType = get('defect') || (label === 0 ? 'good' : label === 1 ? 'anomalous' : 'unknown');
      samples.push({ path, category, split, label, defectType, masks: label === 1 ? masks : [] });
    }
    const anomalous = samples.filter(({ label }) => label === 1);
    const hasMasks = anomalous.some(({ masks }) => masks.length > 0);
    const strangers = samples.filter(({ split, label }) => split !== 'test' && label !== 0);
    const without = hasMasks ? anomalous.filter(({ masks }) => masks.length === 0) : [];
    const hint = `Correct ${TABLE}.`;
    problems.add('ANOMALY_IN_TRAIN', 'not normal, but not for testing', strangers.map(pathOf), hint);
    problems.add('MASK_MISSING', 'images without mask', without.map(pathOf), 'Name a mask for all or for none.');
    if (!samples.some(({ split }) => split === 'train')) {
      problems.add('NO_GOOD_IMAGES', 'no images for', ['train'], hint);
    }
    problems.throwIfAny();
    samples.sort((a, b) => byCodeUnits(a.path, b.path));
    const warnings = anomalous.length > 0 && !hasMasks ? ['no masks: pixel metrics will be null'] : [];
    return { samples, maskRule: 'nonzero', warnings };
  },
};

function pathOf({ path }: IndexedSample): string {
  return path;
}
