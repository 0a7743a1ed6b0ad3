// Layout `mtd`: magnetic tile defects (Huang, Qiu, Yuan: Surface defect saliency of magnetic tile, 2020).
// MT_<type>/Imgs/<name>.jpg with the mask <name>.png beside it; MT_Free is good.
import { IadError } from '../../runtime/errors.js';
import { listed, stemOf } from '../paths.js';
import { drawShare } from './draw.js';
import type { Indexed, IndexedSample, Layout, LayoutOptions, Listing } from './layout.js';
import { MTD_DIFFERNET_TRAIN } from './mtd-differnet.js';

const MTD_FOLDER = /^MT_(Blowhole|Break|Crack|Fray|Free|Uneven)\/Imgs\/[^/]+$/;

/**
 * `differnet`: the 761 good training images by name that DifferNet (Rudolph et al., WACV 2021) published, the usual
 * choice in the literature. `random80`: 80 % of the good images, drawn by seed.
 */
export type MtdSplit = 'differnet' | 'random80';

export const MTD: Layout = {
  id: 'mtd',
  splits: ['differnet', 'random80'],
  recognises: (files) => files.some((path) => MTD_FOLDER.test(path)),
  categories: () => ['mtd'],
  index: (listing, options) => indexMtd(listing, options.split === 'random80' ? 'random80' : 'differnet', options),
};

/**
 * All defective images and the good ones that are not for training make the test part.
 * @param repeat of `random80`
 * @throws IadError `NO_GOOD_IMAGES`, `MASK_MISSING`
 */
function indexMtd(
  { root, images }: Listing,
  split: MtdSplit,
  repeat: Pick<LayoutOptions, 'seed' | 'baseSeed'>,
): Indexed {
  const files = images.filter((path) => MTD_FOLDER.test(path));
  const masks = new Set(files.filter((path) => /\.png$/i.test(path)));
  const photos = files.filter((path) => /\.jpe?g$/i.test(path));
  const good = photos.filter((path) => path.startsWith('MT_Free/'));
  const training = new Set(split === 'differnet' ? namedIn(good) : drawShare(good, 0.8, 'mtd', 'mtd', repeat));
  if (training.size === 0) {
    throw new IadError('NO_GOOD_IMAGES', 'no training image in MT_Free/Imgs', { path: root, hint: 'Is it complete?' });
  }
  const samples = photos.map((path): IndexedSample => {
    const type = path.slice('MT_'.length, path.indexOf('/'));
    const isGood = type === 'Free';
    return {
      path,
      category: 'mtd',
      split: training.has(path) ? 'train' : 'test',
      label: isGood ? 0 : 1,
      defectType: isGood ? 'good' : type.toLowerCase(),
      masks: isGood ? [] : [maskOf(path)].filter((mask) => masks.has(mask)),
    };
  });
  const without = samples.filter(({ label, masks: own }) => label === 1 && own.length === 0).map(({ path }) => path);
  if (without.length > 0) {
    const hint = 'The mask is the PNG of the same name beside the image.';
    throw new IadError('MASK_MISSING', `images without mask: ${listed(without)}`, { path: root, hint });
  }
  return {
    samples,
    maskRule: 'half',
    warnings: splitWarnings(split, training.size),
  };
}

function maskOf(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/${stemOf(path)}.png`;
}

function namedIn(good: readonly string[]): string[] {
  const names = new Set(MTD_DIFFERNET_TRAIN);
  return good.filter((path) => names.has(stemOf(path)));
}

function splitWarnings(split: MtdSplit, training: number): string[] {
  const warnings: string[] = [];
  if (split === 'differnet' && training !== MTD_DIFFERNET_TRAIN.length) {
    warnings.push(
      `${training} of the ${MTD_DIFFERNET_TRAIN.length} training images of the split "differnet" are there`,
    );
  }
  return warnings;
}
