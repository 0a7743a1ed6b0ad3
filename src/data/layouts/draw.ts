// Random splits by the project's rule: the key names dataset, category, purpose and repeat; draws of one key are nested.
import { Random } from '../../runtime/random.js';
import type { LayoutOptions } from './layout.js';

type Repeat = Pick<LayoutOptions, 'seed' | 'baseSeed'>;

/** `floor(share * items.length)` of the items, by the purpose `split`. */
export function drawShare<T>(
  items: readonly T[],
  share: number,
  dataset: string,
  category: string,
  { seed, baseSeed }: Repeat,
): T[] {
  const random = Random.forKey(`${dataset}|${category}|split|${seed}`, baseSeed);
  return random.sample(items.length, Math.floor(share * items.length)).map((index) => items[index]!);
}

/** The items that fold `fold` of `folds` tests: of all items in drawing order those at positions p with p mod folds = fold. */
export function drawFold<T>(
  items: readonly T[],
  { fold, folds }: { readonly fold: number; readonly folds: number },
  dataset: string,
  category: string,
  { seed, baseSeed }: Repeat,
): T[] {
  const random = Random.forKey(`${dataset}|${category}|fold|${seed}`, baseSeed);
  const order = random.sample(items.length, items.length);
  return order.filter((_, position) => position % folds === fold).map((index) => items[index]!);
}
