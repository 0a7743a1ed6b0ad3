// Layout `dagm` (DAGM 2007): Class1..Class10 with Train and Test; an image is defective exactly if Label/<name>_label.PNG
// exists. Training images with defects are set aside.
import { byCodeUnits, stemOf } from '../paths.js';
import type { Indexed, IndexedSample, Layout } from './layout.js';
import { Problems } from './problems.js';
import { stemTwins } from './stems.js';

const IMAGE = /^(Class\d+)\/(Train|Test)\/[^/]+\.png$/i;
const LABEL = /^(Class\d+)\/(Train|Test)\/Label\/(.+)_label\.png$/i;

export const DAGM: Layout = {
  id: 'dagm',
  splits: ['given'],
  recognises: (files) => files.some((path) => IMAGE.test(path)),
  categories(files) {
    const found = new Set(files.flatMap((path) => IMAGE.exec(path)?.[1] ?? []));
    const numberOf = (name: string) => Number(name.slice('Class'.length));
    return [...found].sort((a, b) => numberOf(a) - numberOf(b) || byCodeUnits(a, b));
  },
  index({ images, root }, { category }): Indexed {
    const problems = new Problems(`dagm/${category}`, root);
    const labels = new Map<string, string>();
    for (const path of images) {
      const [, name, part, stem] = LABEL.exec(path) ?? [];
      if (name === category) labels.set(`${part}/${stem}`, path);
    }
    const samples: IndexedSample[] = [];
    for (const path of images) {
      const [, name, part] = IMAGE.exec(path) ?? [];
      if (name !== category) continue;
      const key = `${part}/${stemOf(path)}`;
      const mask = labels.get(key);
      labels.delete(key);
      samples.push({
        path,
        category,
        split: part?.toLowerCase() === 'train' ? 'train' : 'test',
        label: mask === undefined ? 0 : 1,
        defectType: mask === undefined ? 'good' : 'defect',
        masks: mask === undefined ? [] : [mask],
      });
    }
    const missing = (['train', 'test'] as const).filter((split) => !samples.some((sample) => sample.split === split));
    problems.add('SPLIT_FOLDER_MISSING', 'no images for', missing, 'Expected Train and Test in every class.');
    problems.add('MASK_WITHOUT_IMAGE', 'labels without image', [...labels.values()], 'Is the dataset complete?');
    problems.add('DUPLICATE_STEM', 'same name but for extension or case', stemTwins(samples), 'Remove one of each.');
    problems.throwIfAny();
    return { samples, maskRule: 'nonzero', warnings: [] };
  },
};
