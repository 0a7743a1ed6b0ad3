// Layout `visa` (Zou et al., SPot-the-Difference, 2022): <category>/Data/{Images/{Normal,Anomaly},Masks/Anomaly}; a table in
// split_csv says which image is for what. Its masks hold the numbers of classes, so that any value above 0 is a defect.
import { byCodeUnits } from '../paths.js';
import { checkedPath, csvError, oneOf, readTable } from './csv.js';
import type { Indexed, IndexedSample, Layout } from './layout.js';
import { Problems } from './problems.js';
import { publishedNames } from './published.js';

const IMAGE = /^([^/]+)\/Data\/Images\/(?:Normal|Anomaly)\/[^/]+$/;
const SPLITS = ['1cls', '2cls_fewshot', '2cls_highshot'] as const;
const COLUMNS = ['object', 'split', 'label', 'image', 'mask'];

function tableOf(split: string): string {
  return `split_csv/${split}.csv`;
}

export const VISA: Layout = {
  id: 'visa',
  splits: SPLITS,
  recognises: (files) => files.some((path) => IMAGE.test(path)),
  categories(files) {
    const found = new Set(files.flatMap((path) => IMAGE.exec(path)?.[1] ?? []));
    const known = publishedNames('visa').filter((name) => found.delete(name));
    return [...known, ...[...found].sort(byCodeUnits)];
  },
  needs: (files) => ({ texts: SPLITS.map(tableOf).filter((path) => files.includes(path)), masks: [] }),
  /** @throws IadError `CSV_INVALID` */
  index({ images, root }, { category, split }, { texts }): Indexed {
    const path = tableOf(split);
    const files = new Set(images);
    const seen = new Map<string, string>();
    const samples: IndexedSample[] = [];
    for (const { line, get } of readTable(texts.get(path), path, COLUMNS)) {
      const label = oneOf(get('label'), { normal: 0, anomaly: 1 } as const, path, line);
      const part = oneOf(get('split'), { train: 'train', test: 'test' } as const, path, line);
      const image = get('image');
      const before = seen.get(image);
      if (before !== undefined) {
        const problems = new Problems(`visa/${category}`, root);
        const hint = `Correct ${path}, line ${line}.`;
        if (before !== part) problems.add('SPLIT_OVERLAP', 'images in two splits', [image], hint);
        problems.throwIfAny();
        throw csvError(path, line, `${image} a second time`);
      }
      seen.set(image, part);
      if (label === 1 && get('mask') === '') throw csvError(path, line, 'an anomaly without mask');
      if (label === 1 && part === 'train' && split === '1cls') throw csvError(path, line, 'an anomaly for training');
      if (get('object') !== category) continue;
      samples.push({
        path: checkedPath(image, files, path, line),
        category,
        split: part,
        label,
        defectType: label === 0 ? 'good' : 'anomaly',
        masks: label === 0 ? [] : [checkedPath(get('mask'), files, path, line)],
      });
    }
    if (samples.length === 0) throw csvError(path, 1, `no image of ${category}`);
    const there = images.filter((file) => IMAGE.exec(file)?.[1] === category).length;
    const left = there - samples.length;
    const warnings = left > 0 ? [`${left} images are not in ${path} and are left out`] : [];
    return { samples: samples.sort((a, b) => byCodeUnits(a.path, b.path)), maskRule: 'nonzero', warnings };
  },
};
