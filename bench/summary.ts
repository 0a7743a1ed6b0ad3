// What several runs come to: mean and sample standard deviation of every metric.

interface Measured {
  readonly image: object;
  readonly pixel: object | null;
}

interface Spread {
  readonly mean: number;
  /** Null for a single run. */
  readonly sd: number | null;
}

const METRICS = ['auroc', 'ap', 'aupro'] as const;

/** By `image` and `pixel`, then by metric; runs without a metric are left out of it. */
export function summaryOf(runs: readonly Measured[]) {
  return {
    runs: runs.length,
    image: spreads(runs.map(({ image }) => image)),
    pixel: spreads(runs.flatMap(({ pixel }) => pixel ?? [])),
  };
}

function spreads(all: readonly object[]): Record<string, Spread> {
  const found = METRICS.flatMap((metric) => {
    const values = all.map((one) => Object.entries(one).find(([name]) => name === metric)?.[1]);
    const numbers = values.filter((value) => typeof value === 'number');
    return numbers.length === 0 ? [] : [[metric, spread(numbers)] as const];
  });
  return Object.fromEntries(found);
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean: rounded(mean), sd: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: rounded(mean), sd: rounded(Math.sqrt(squares / (values.length - 1))) };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
