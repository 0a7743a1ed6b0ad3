// Layout `aitex` (Silvestre-Blanes et al., AITEX fabric, 2019): long strips of fabric; Defect_images/<n>_<defect>_<fabric>.png,
// Mask_images/<stem>_mask.png, NODefect_images/<roll>/<n>_000_<fabric>.png.
import { stemOf } from '../paths.js';
import { drawShare } from './draw.js';
import type { Indexed, IndexedSample, Layout } from './layout.js';
import { Problems } from './problems.js';

const DEFECT = /^Defect_images\/\d+_(\d+)_\d+\.png$/i;
const NORMAL = /^NODefect_images\/[^/]+\/\d+_000_\d+\.png$/i;
const MASK = /^Mask_images\/(\d+_\d+_\d+)_mask\d*\.png$/i;
/** As published, without a mask. */
const MASKLESS = '0100_025_08';

export const AITEX: Layout = {
  id: 'aitex',
  splits: ['random75'],
  recognises: (files) => files.some((path) => DEFECT.test(path) || NORMAL.test(path)),
  categories: () => ['aitex'],
  /** 75 % of the strips without defect train; the rest and all with defects are tested on. Strips are not cut. */
  index({ images, root }, options): Indexed {
    const masks = new Map<string, string[]>();
    for (const path of images) {
      const stem = MASK.exec(path)?.[1];
      if (stem !== undefined) masks.set(stem, [...(masks.get(stem) ?? []), path]);
    }
    const normal = images.filter((path) => NORMAL.test(path));
    const training = new Set(drawShare(normal, 0.75, 'aitex', 'aitex', options));
    const samples: IndexedSample[] = [];
    const without: string[] = [];
    const warnings: string[] = [];
    for (const path of images) {
      const isNormal = NORMAL.test(path);
      const defectType = DEFECT.exec(path)?.[1];
      if (!isNormal && defectType === undefined) continue;
      const stem = stemOf(path);
      const own = isNormal ? [] : (masks.get(stem) ?? []);
      masks.delete(stem);
      if (!isNormal && own.length === 0) {
        if (stem === MASKLESS) warnings.push(`${path} is left out: it was published without a mask`);
        else without.push(path);
        continue;
      }
      samples.push({
        path,
        category: 'aitex',
        split: training.has(path) ? 'train' : 'test',
        label: isNormal ? 0 : 1,
        defectType: isNormal ? 'good' : defectType!,
        masks: own,
        group: stem,
      });
    }
    const folders = ['Defect_images', 'NODefect_images'] as const;
    const problems = new Problems('aitex', root);
    const missing = folders.filter((folder) => !samples.some(({ path }) => path.startsWith(`${folder}/`)));
    problems.add('SPLIT_FOLDER_MISSING', 'no images in', missing, 'The dataset comes in three archives.');
    problems.add('MASK_MISSING', 'images without mask', without, 'Is the dataset complete?');
    problems.add('MASK_WITHOUT_IMAGE', 'masks without image', [...masks.values()].flat(), 'Is the dataset complete?');
    problems.throwIfAny();
    return { samples, maskRule: 'half', warnings };
  },
};
