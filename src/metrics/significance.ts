// Which differences between methods are more than chance: Welch's t-test, and the marks of a results table that follow from it.
import type { RepeatMean } from './aggregate.js';
import { studentTwoSided } from './beta.js';
import { checkChoice } from './errors.js';
import { checkAmount, checkFinite, checkInside, checkWhole } from './numbers.js';

export interface WelchTest {
  /** Positive where the first mean is larger; ±Infinity where the means differ and no group varies. */
  readonly t: number;
  /** Degrees of freedom, seldom whole; null where no group varies. */
  readonly dof: number | null;
  /** Two-sided p-value. */
  readonly p: number;
}

/**
 * Welch's t-test (1947), two-sided: are the means of two groups with variances of their own equal? Where no group varies p is 1
 * for equal means and else 0. Null for a group of fewer than two, or without a mean.
 * @throws MetricError `NOT_FINITE` (mean), `BAD_ARGUMENT` (standard deviation, count)
 */
export function welchTest(first: RepeatMean, second: RepeatMean): WelchTest | null {
  checkGroup('welchTest', first, 0);
  checkGroup('welchTest', second, 1);
  if (first.mean === null || second.mean === null || first.sd === null || second.sd === null) return null;
  if (first.count < 2 || second.count < 2) return null;
  const difference = first.mean - second.mean;
  const spread = Math.hypot(first.sd / Math.sqrt(first.count), second.sd / Math.sqrt(second.count));
  if (spread === 0) {
    return { t: difference === 0 ? 0 : difference * Infinity, dof: null, p: difference === 0 ? 1 : 0 };
  }
  const t = difference / spread;
  // Shares of the variance, not variances: their squares would vanish for small ones.
  const share = (group: number, count: number) => (group / Math.sqrt(count) / spread) ** 2;
  const [v1, v2] = [share(first.sd, first.count), share(second.sd, second.count)];
  const dof = 1 / (v1 ** 2 / (first.count - 1) + v2 ** 2 / (second.count - 1));
  return { t, dof, p: studentTwoSided(t, dof) };
}

function checkGroup(caller: string, { mean, sd, count }: RepeatMean, index: number): void {
  checkWhole(caller, `the count of group ${index}`, count, 0);
  if (mean !== null) checkFinite(caller, `the mean of group ${index}`, mean, index);
  if (sd !== null) checkAmount(caller, `the standard deviation of group ${index}`, sd);
}

export interface BestMark {
  /** Its mean is the best one. */
  readonly best: boolean;
  /** Against the best mean, two-sided; 1 for the best itself, null where it cannot be told. */
  readonly p: number | null;
  /** To print in bold: the best, and what does not differ from it significantly. */
  readonly marked: boolean;
}

export interface BestOptions {
  /** Default `higher`. */
  readonly better?: 'higher' | 'lower';
  /** A p-value below it is a significant difference. In (0, 1), default 0.05. */
  readonly level?: number;
}

/**
 * Marks the best mean and every method that Welch's test does not tell from it. No correction for multiple comparisons: say so
 * below the table. A method without a mean is not marked, and one with a single repeat only if its mean is the best.
 * @param methods mean over repeats of each
 * @throws MetricError as {@link welchTest}
 */
export function markBest(
  methods: readonly RepeatMean[],
  { better = 'higher', level = 0.05 }: BestOptions = {},
): BestMark[] {
  checkChoice('markBest', 'better', better, ['higher', 'lower']);
  checkInside('markBest', 'level', level);
  methods.forEach((method, i) => {
    checkGroup('markBest', method, i);
  });
  const sign = better === 'higher' ? 1 : -1;
  let top: RepeatMean | undefined;
  for (const method of methods) {
    if (method.mean === null) continue;
    if (top?.mean == null || sign * (method.mean - top.mean) > 0) top = method;
  }
  return methods.map((method) => {
    if (method.mean === null || top === undefined) return { best: false, p: null, marked: false };
    if (method.mean === top.mean) return { best: true, p: 1, marked: true };
    const p = welchTest(method, top)?.p ?? null;
    return { best: false, p, marked: p !== null && p >= level };
  });
}
