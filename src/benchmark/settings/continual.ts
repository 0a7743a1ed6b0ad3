// The order of categories in which one model learns.
import { IadError } from '../../runtime/errors.js';
import type { SettingOf } from './config.js';
import type { Population } from './population.js';

/** Task orders of IM-IAD's code; a dataset that is not here is learned by name. */
const PUBLISHED_ORDERS: Readonly<Record<string, readonly string[]>> = {
  mvtec_ad: [
    'bottle',
    'cable',
    'capsule',
    'carpet',
    'grid',
    'hazelnut',
    'leather',
    'metal_nut',
    'pill',
    'screw',
    'tile',
    'toothbrush',
    'transistor',
    'wood',
    'zipper',
  ],
  mpdd: ['bracket_black', 'bracket_brown', 'bracket_white', 'connector', 'metal_plate', 'tubes'],
  mvtec_loco: ['breakfast_box', 'screw_bag', 'pushpins', 'splicing_connectors', 'juice_bottle'],
  btad: ['01', '02', '03'],
  dagm: Array.from({ length: 10 }, (_, i) => `Class${i + 1}`),
  visa: [
    'candle',
    'capsules',
    'cashew',
    'chewinggum',
    'fryum',
    'macaroni1',
    'macaroni2',
    'pcb1',
    'pcb2',
    'pcb3',
    'pcb4',
    'pipe_fryum',
  ],
};

/** The order in which IM-IAD's code learns a dataset's categories; undefined where it knows none. */
export function publishedOrder(dataset: string): readonly string[] | undefined {
  return Object.hasOwn(PUBLISHED_ORDERS, dataset) ? PUBLISHED_ORDERS[dataset] : undefined;
}

/**
 * The categories in the order of learning. A published order takes the whole dataset, no more and no less; a list of names
 * may leave categories out.
 * @throws IadError `BAD_ARGUMENT` for a category that is not there or named twice, and for less than two
 */
export function inOrder(
  dataset: string,
  available: readonly Population[],
  { order }: SettingOf<'continual'>,
): Population[] {
  const published = publishedOrder(dataset) ?? available.map(({ category }) => category);
  const named = order === 'published' ? published : order === 'reversed' ? published.toReversed() : order;
  if (new Set(named).size < named.length) {
    throw new IadError('BAD_ARGUMENT', `continual: a category is named twice in ${named.join(', ')}`);
  }
  if (named.length < 2) {
    const hint = 'Continual learning takes a dataset of several categories.';
    throw new IadError('BAD_ARGUMENT', `continual: ${named.length} category`, { path: dataset, hint });
  }
  const left = available.find(({ category }) => !named.includes(category));
  if (left && typeof order === 'string') {
    const hint = 'Name the categories in the order of learning.';
    throw new IadError('BAD_ARGUMENT', `continual: "${left.category}" is not in the published order`, {
      path: dataset,
      hint,
    });
  }
  return named.map((name) => {
    const found = available.find(({ category }) => category === name);
    if (found) return found;
    const hint = `There are: ${available.map(({ category }) => category).join(', ')}. Name the order to learn those.`;
    throw new IadError('BAD_ARGUMENT', `continual: no category "${name}"`, { path: dataset, hint });
  });
}
