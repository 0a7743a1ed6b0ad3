// Axes that several charts of a benchmark share.

/** Round ends about AUROCs: the upper end is 1, the lower one leaves room below the worst. */
export function range(values: readonly number[]): [low: number, high: number] {
  const worst = Math.min(...values);
  const step = worst > 0.9 ? 0.02 : worst > 0.5 ? 0.05 : 0.1;
  const low = Math.max(0, Math.floor((worst - step / 4) / step) * step);
  return [Number(Math.min(low, 1 - 2 * step).toFixed(2)), 1];
}

export interface Axis {
  readonly field: string;
  readonly type: 'quantitative';
  readonly title: string;
  readonly scale: { domain: number[]; nice: false; type?: 'log'; base?: number };
  readonly axis?: { values: number[]; labelExpr: string; grid?: boolean };
}

/** Image AUROC along y. */
export function quality(field: string, domain: readonly [number, number]): Axis {
  return { field, type: 'quantitative', title: 'image AUROC', scale: { domain: [...domain], nice: false } };
}
