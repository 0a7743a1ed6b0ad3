// Layouts `ksdd` and `ksdd2` (KolektorSDD, Tabernik et al. 2019; KolektorSDD2, Bozic et al. 2021): a mask beside every image;
// one that is all zero makes the image a normal one.
import { drawFold, drawShare } from './draw.js';
import type { Contents, Indexed, IndexedSample, Layout, LayoutOptions, Listing } from './layout.js';
import { Problems } from './problems.js';

const KSDD_IMAGE = /^(kos\d+)\/(Part\d+)\.jpe?g$/i;
const KSDD_LABEL = /^(kos\d+\/Part\d+)_label\.bmp$/i;
/** The authors' own loader leaves it out. */
const KSDD_EXCLUDED = /^kos21\/Part7[._]/i;
const FOLDS = 3;

export const KSDD: Layout = {
  id: 'ksdd',
  splits: ['folds3', 'random80', 'random80-by-image'],
  folds: FOLDS,
  recognises: (files) => files.some((path) => KSDD_IMAGE.test(path)),
  categories: () => ['ksdd'],
  needs: (files) => ({ texts: [], masks: files.filter((path) => KSDD_LABEL.test(path)) }),
  /**
   * `folds3`: every third item, in drawing order, is tested on. `random80`: 80 % of the items train. Both keep all surfaces of
   * an item on one side; defective surfaces of items that train are set aside. `random80-by-image`: 80 % of the normal
   * images train, everything else is tested on, whatever item it shows.
   */
  index(listing, options, { marked }): Indexed {
    const excluded = listing.images.filter((path) => KSDD_EXCLUDED.test(path) && KSDD_IMAGE.test(path));
    const images = listing.images.filter((path) => !KSDD_EXCLUDED.test(path));
    const pairs = pairUp({ ...listing, images }, 'ksdd', KSDD_IMAGE, KSDD_LABEL);
    const training = ksddTraining(pairs, options, marked);
    const samples = pairs.map(({ image, mask }) => ({
      ...record('ksdd', image, mask, marked),
      split: training.has(image) ? ('train' as const) : ('test' as const),
      group: itemOf(image),
    }));
    const warnings = excluded.map((path) => `${path} is left out, as the authors do`);
    return { samples, maskRule: 'nonzero', warnings };
  },
};

function ksddTraining(pairs: readonly Pair[], options: LayoutOptions, marked: ReadonlySet<string>): Set<string> {
  const { split, fold } = options;
  const items = [...new Set(pairs.map(({ image }) => itemOf(image)))];
  if (split === 'random80-by-image') {
    const normal = pairs.filter(({ mask }) => !marked.has(mask)).map(({ image }) => image);
    return new Set(drawShare(normal, 0.8, 'ksdd', 'ksdd', options));
  }
  const tested = new Set(split === 'folds3' ? drawFold(items, { fold, folds: FOLDS }, 'ksdd', 'ksdd', options) : []);
  const trained = new Set(
    split === 'folds3' ? items.filter((item) => !tested.has(item)) : drawShare(items, 0.8, 'ksdd', 'ksdd', options),
  );
  return new Set(pairs.map(({ image }) => image).filter((image) => trained.has(itemOf(image))));
}

function itemOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

const KSDD2_IMAGE = /^(train|test)\/\d+\.png$/i;
const KSDD2_LABEL = /^((?:train|test)\/\d+)_GT\.png$/i;

/** The archive has stray copies, `10301 (copy).png`; the patterns leave them out. */
export const KSDD2: Layout = {
  id: 'ksdd2',
  splits: ['given'],
  recognises: (files) => files.some((path) => KSDD2_LABEL.test(path)),
  categories: () => ['ksdd2'],
  needs: (files) => ({ texts: [], masks: files.filter((path) => KSDD2_LABEL.test(path)) }),
  index(listing, _options, { marked }: Contents): Indexed {
    const samples = pairUp(listing, 'ksdd2', KSDD2_IMAGE, KSDD2_LABEL).map(({ image, mask }) => ({
      ...record('ksdd2', image, mask, marked),
      split: image.startsWith('train/') ? ('train' as const) : ('test' as const),
    }));
    const problems = new Problems('ksdd2', listing.root);
    const missing = ['train', 'test'].filter((split) => !samples.some((sample) => sample.split === split));
    problems.add('SPLIT_FOLDER_MISSING', 'no images for', missing, 'Is the dataset complete?');
    problems.throwIfAny();
    return { samples, maskRule: 'nonzero', warnings: [] };
  },
};

interface Pair {
  readonly image: string;
  readonly mask: string;
}

/** @param label its first group is the image's path without extension */
function pairUp({ images, root }: Listing, dataset: string, image: RegExp, label: RegExp): Pair[] {
  const masks = new Map<string, string>();
  for (const path of images) {
    const key = label.exec(path)?.[1];
    if (key !== undefined) masks.set(key.toLowerCase(), path);
  }
  const pairs: Pair[] = [];
  const without: string[] = [];
  for (const path of images.filter((file) => image.test(file))) {
    const key = path.slice(0, path.lastIndexOf('.')).toLowerCase();
    const mask = masks.get(key);
    if (mask === undefined) without.push(path);
    else pairs.push({ image: path, mask });
    masks.delete(key);
  }
  const problems = new Problems(dataset, root);
  problems.add('MASK_MISSING', 'images without mask', without, 'Normal images have one too, all zero.');
  problems.add('MASK_WITHOUT_IMAGE', 'masks without image', [...masks.values()], 'Is the dataset complete?');
  problems.throwIfAny();
  return pairs;
}

function record(
  category: string,
  path: string,
  mask: string,
  marked: ReadonlySet<string>,
): Omit<IndexedSample, 'split'> {
  const defective = marked.has(mask);
  return {
    path,
    category,
    label: defective ? 1 : 0,
    defectType: defective ? 'defect' : 'good',
    masks: defective ? [mask] : [],
  };
}
