// The words above the tables: which setting with which parameters, how many repeats, which categories if not all.
import { FEW_SHOT_COPIES } from '../../data/augment/index.js';
import type { Setting } from '../settings/index.js';
import type { StudiedDataset, Study } from './gather.js';

/** A setting with its parameters. */
export function settingTitle(setting: Setting): string {
  switch (setting.kind) {
    case 'unsupervised':
      return 'unsupervised';
    case 'supervised':
      return `supervised, n = ${setting.anomalies} anomalous images`;
    case 'few-shot': {
      const { shots, augmentation, protocol } = setting;
      const copies =
        augmentation === 'none' ? 'no augmentation' : `${spoken(augmentation)}, K = ${FEW_SHOT_COPIES - 1}`;
      return `few-shot, m = ${shots}, ${copies}${protocol === 'paper' ? '' : ', as the code of IM-IAD'}`;
    }
    case 'noisy': {
      const of = setting.ratioOf === 'normal' ? 'the normal images' : 'all training images';
      return `noisy, ${setting.percent} % of ${of}${setting.overlap ? ', tested too (overlap)' : ''}`;
    }
    case 'continual': {
      const { order } = setting;
      if (order === 'published') return 'continual';
      return `continual, ${order === 'reversed' ? 'reversed order' : `order ${order.join(' > ')}`}`;
    }
    case 'autovi': {
      const images = setting.images === 'all' ? 'all images' : `${setting.images} images`;
      return `protocol of AutoVI, ${images}${setting.augmentation ? ', augmented' : ''}`;
    }
    default:
      return setting satisfies never;
  }
}

function spoken(augmentation: string): string {
  return augmentation.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Repeats with the seed that draws depend on. */
export function repeatsTitle({ repeats, baseSeeds }: Study): string {
  const count = repeats.length === 1 ? '1 repeat' : `${repeats.length} repeats`;
  return `${count}, base seed ${baseSeeds.join(' and ')}`;
}

/** Empty where a published dataset is whole; else how many and which. */
export function categoriesTitle({ categories, allCategories }: StudiedDataset): string {
  if (allCategories && categories.length === allCategories.length) return '';
  const listed = categories.join(', ');
  if (allCategories) return `${categories.length} of ${allCategories.length} categories: ${listed}`;
  return categories.length === 1 ? `category ${listed}` : `${categories.length} categories: ${listed}`;
}

/** What a mean over the categories is called: never by the dataset's name where some are missing. */
export function meanTitle({ categories, allCategories }: StudiedDataset): string {
  if (allCategories === null) return `mean of ${categories.length}`;
  return categories.length === allCategories.length
    ? 'mean'
    : `mean of these ${categories.length}, not of ${allCategories.length}`;
}

/** In which order the categories were learned. */
export function orderTitle({ jobs }: Study): string {
  return `tasks ${[...new Set(jobs.map(({ categories }) => categories.join(' > ')))].join('; ')}`;
}
