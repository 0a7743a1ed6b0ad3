// Means over categories and over repeats. An undefined value makes the mean undefined, unless the caller says otherwise.
import { moments, readValues, type Values } from './numbers.js';

export interface AggregateOptions {
  /** Leave undefined values out, in place of an undefined mean; then say with it how many were used. Default false. */
  readonly skipUndefined?: boolean;
}

export interface CategoryMean {
  readonly mean: number | null;
  /** Population standard deviation over the categories, which AutoVI prints beside the mean. Not an uncertainty. */
  readonly spreadOverCategories: number | null;
  /** Number of categories with a value. */
  readonly used: number;
  /** Number of categories given. */
  readonly of: number;
}

/** A group of repeated measurements, as `welchTest` takes it. */
export interface RepeatMean {
  readonly mean: number | null;
  /** Sample standard deviation (n − 1); null with one repeat. */
  readonly sd: number | null;
  /** Number of repeats with a value. */
  readonly count: number;
}

/**
 * Unweighted mean over categories of unrounded values; with repeats, of each category's mean over them. Never pool the pixels
 * or images of several categories in its place. Null without a value.
 * @param values by category
 * @throws MetricError `NOT_FINITE` with the position
 */
export function meanOverCategories(values: Values, { skipUndefined = false }: AggregateOptions = {}): CategoryMean {
  const all = readValues('meanOverCategories', values);
  const known = all.filter((value) => value !== null);
  const counts = { used: known.length, of: all.length };
  if (isUndefined(all, known, skipUndefined)) return { mean: null, spreadOverCategories: null, ...counts };
  const { mean, squares } = moments(known);
  return { mean, spreadOverCategories: Math.sqrt(squares / known.length), ...counts };
}

/**
 * Mean and sample standard deviation over the repeats (seeds) of one category. Null without a value.
 * @throws MetricError `NOT_FINITE` with the position
 */
export function meanOverRepeats(values: Values, { skipUndefined = false }: AggregateOptions = {}): RepeatMean {
  const all = readValues('meanOverRepeats', values);
  const known = all.filter((value) => value !== null);
  const count = known.length;
  if (isUndefined(all, known, skipUndefined)) return { mean: null, sd: null, count };
  const { mean, squares } = moments(known);
  return { mean, sd: count < 2 ? null : Math.sqrt(squares / (count - 1)), count };
}

function isUndefined(all: readonly unknown[], known: readonly unknown[], skipUndefined: boolean): boolean {
  return known.length === 0 || (known.length < all.length && !skipUndefined);
}
