// Layout `folder`: a folder of images of good parts and nothing else. Everything is for training.
import { IadError } from '../../runtime/errors.js';
import type { Indexed, Layout, Listing } from './layout.js';
import { GOOD_NAMES } from './mvtec.js';
import { Problems } from './problems.js';
import { stemTwins } from './stems.js';

export const FOLDER: Layout = {
  id: 'folder',
  splits: ['given'],
  recognises: () => true,
  categories: (_files, _contents, name) => [name],
  index: indexFolder,
};

/**
 * Every image below the root is a good training image.
 * @throws IadError `LAYOUT_UNKNOWN` if a folder `good` stands beside others: then the others are hardly good;
 *   `DUPLICATE_STEM` for two images of one name: then one is hardly a part, but its mask
 */
function indexFolder({ name, root, images }: Listing): Indexed {
  const folders = new Set(images.filter((path) => path.includes('/')).map((path) => path.slice(0, path.indexOf('/'))));
  const good = GOOD_NAMES.find((alias) => folders.has(alias));
  if (good !== undefined && folders.size > 1) {
    throw new IadError('LAYOUT_UNKNOWN', `folder "${good}" stands beside others (${[...folders].join(', ')})`, {
      path: root,
      hint: `Name the folder above it if that holds train and test, or "${good}" itself to learn from good parts only.`,
    });
  }
  const problems = new Problems(name, root);
  const twins = stemTwins(images.map((path) => ({ path })));
  const hint = 'Is one of each a mask? Keep the images of good parts alone.';
  problems.add('DUPLICATE_STEM', 'same name but for extension or case', twins, hint);
  problems.throwIfAny();
  const samples = images.map((path) => ({
    path,
    category: name,
    split: 'train' as const,
    label: 0 as const,
    defectType: 'good',
    masks: [],
  }));
  return { samples, maskRule: 'nonzero', warnings: [] };
}
