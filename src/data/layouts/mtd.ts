// Layout `mtd`: magnetic tile defects (Huang, Qiu, Yuan: Surface defect saliency of magnetic tile, 2020).
// MT_<type>/Imgs/<name>.jpg with the mask <name>.png beside it; MT_Free is good.
import { IadError } from '../../runtime/errors.js';
import { Random } from '../../runtime/random.js';
import { listed, stemOf } from '../paths.js';
import type { Indexed, IndexedSample, Listing } from './layout.js';
import { MTD_DIFFERNET_TRAIN } from './mtd-differnet.js';

export const MTD_FOLDER = /^MT_(Blowhole|Break|Crack|Fray|Free|Uneven)\/Imgs\/[^/]+$/;

/**
 * `differnet`: the 761 good training images by name that DifferNet (Rudolph et al., WACV 2021) published, the usual
 * choice in the literature. `random80`: 80 % of the good images, drawn by seed.
 */
export type MtdSplit = 'differnet' | 'random80';

const BASE_SEED = 66;
const PUBLISHED_COUNTS = { good: 952, anomalous: 392 };

/**
 * All defective images and the good ones that are not for training make the test part.
 * @param seed counts the repeats of `random80`, from 0
 * @throws IadError `NO_GOOD_IMAGES`, `MASK_MISSING`
 */
export function indexMtd({ root, images }: Listing, split: MtdSplit = 'differnet', seed = 0): Indexed {
  const files = images.filter((path) => MTD_FOLDER.test(path));
  const masks = new Set(files.filter((path) => /\.png$/i.test(path)));
  const photos = files.filter((path) => /\.jpe?g$/i.test(path));
  const good = photos.filter((path) => path.startsWith('MT_Free/'));
  const training = new Set(split === 'differnet' ? namedIn(good) : drawn(good, seed));
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
    split,
    samples,
    maskRule: 'half',
    warnings: countWarnings(good.length, photos.length - good.length, split, training.size),
  };
}

function maskOf(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/'))}/${stemOf(path)}.png`;
}

function namedIn(good: readonly string[]): string[] {
  const names = new Set(MTD_DIFFERNET_TRAIN);
  return good.filter((path) => names.has(stemOf(path)));
}

function drawn(good: readonly string[], repeat: number): string[] {
  const chosen = Random.forKey(`mtd|mtd|split|${repeat}`, BASE_SEED).sample(good.length, Math.floor(0.8 * good.length));
  return chosen.map((index) => good[index]!);
}

function countWarnings(good: number, anomalous: number, split: MtdSplit, training: number): string[] {
  const warnings: string[] = [];
  const expected = PUBLISHED_COUNTS;
  if (good !== expected.good || anomalous !== expected.anomalous) {
    warnings.push(
      `${good} good and ${anomalous} defective images; the published dataset has ${expected.good} and ${expected.anomalous}`,
    );
  }
  if (split === 'differnet' && training !== MTD_DIFFERNET_TRAIN.length) {
    warnings.push(
      `${training} of the ${MTD_DIFFERNET_TRAIN.length} training images of the split "differnet" are there`,
    );
  }
  return warnings;
}
