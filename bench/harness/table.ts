// Results as lines of text.
import type { ResultRow } from './results.js';

const COLUMNS = ['op', 'sizes', 'backend', 'ms', '±', 'GFLOP/s', 'GB/s', 'of limit', 'faster than'] as const;
const WIDTHS = [22, 34, 8, 10, 6, 9, 8, 9, 0];

export function heading(): string {
  return line([...COLUMNS]);
}

export function rowLine(row: ResultRow): string {
  return line([
    row.op,
    row.sizes,
    row.backend,
    short(row.ms),
    row.spread === null ? '1 run' : `${row.spread.toFixed(0)}%`,
    short(row.gflops),
    short(row.gbps),
    row.share === null ? '' : `${(100 * row.share).toFixed(0)}%`,
    ratios(row),
  ]);
}

/** `stock 14.2 x, brute 3.1 x`. */
export function ratios({ ms, baselines }: Pick<ResultRow, 'ms' | 'baselines'>): string {
  return Object.entries(baselines)
    .map(([name, baseline]) => `${name} ${short(baseline.ms / ms)} x`)
    .join(', ');
}

/** Three digits that count. */
export function short(value: number): string {
  if (value === 0) return '0';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i < 3 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0)))
    .join('  ')
    .trimEnd();
}
