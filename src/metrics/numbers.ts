// Checks and sums of plain numbers that the statistics share: means, standard deviations, quantiles.
import { MetricError } from './errors.js';

/** Values that may be undefined: by name, or in order. */
export type Values = ArrayLike<number | null> | Readonly<Record<string, number | null>>;

/** Throws `NOT_FINITE`, with the position where there is one. */
export function checkFinite(caller: string, what: string, value: number, index?: number): number {
  if (Number.isFinite(value)) return value + 0;
  throw new MetricError('NOT_FINITE', `${caller}: ${what} is ${value}`, index);
}

/** Throws `BAD_ARGUMENT` unless it is in (0, 1). */
export function checkInside(caller: string, name: string, value: number): void {
  if (value > 0 && value < 1) return;
  throw new MetricError('BAD_ARGUMENT', `${caller}: ${name} is ${value}, not between 0 and 1`);
}

/** Throws `BAD_ARGUMENT` unless it is in [0, 1]. */
export function checkShare(caller: string, name: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new MetricError('BAD_ARGUMENT', `${caller}: ${name} is ${value}, not in [0, 1]`);
}

/** Throws `BAD_ARGUMENT` unless it is a finite number >= 0. */
export function checkAmount(caller: string, name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new MetricError('BAD_ARGUMENT', `${caller}: ${name} is ${value}, not a finite number >= 0`);
}

/** Throws `BAD_ARGUMENT` unless it is a whole number of at least `least`. */
export function checkWhole(caller: string, name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new MetricError('BAD_ARGUMENT', `${caller}: ${name} is ${value}, not a whole number >= ${least}`);
}

/** The values as a list, null where undefined. Throws `NOT_FINITE` with the position. */
export function readValues(caller: string, values: Values): (number | null)[] {
  const entries: [string, number | null][] = isList(values)
    ? Array.from(values, (value, i) => [`value ${i}`, value])
    : Object.entries(values).map(([name, value]) => [`the value of ${name}`, value]);
  return entries.map(([what, value], i) => (value === null ? null : checkFinite(caller, what, value, i)));
}

function isList(values: Values): values is ArrayLike<number | null> {
  return Array.isArray(values) || ArrayBuffer.isView(values);
}

/** Mean and sum of squared deviations from it, of at least one value. Equal values give just that value, and 0. */
export function moments(values: ArrayLike<number>): { readonly mean: number; readonly squares: number } {
  const count = values.length;
  // From a first guess, the first value, and then from a good one: what the first sum rounds is no spread.
  let mean = values[0]!;
  for (let pass = 0; pass < 2; pass++) {
    let rest = 0;
    for (let i = 0; i < count; i++) rest += (values[i]! - mean) / count;
    mean += rest;
  }
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  return { mean, squares };
}

/** Linear between order statistics: position q (n − 1) of the ascending values, n >= 1, q in [0, 1]. */
export function quantile(ascending: Float64Array, q: number): number {
  const at = q * (ascending.length - 1);
  const low = Math.floor(at);
  const below = ascending[low]!;
  const above = ascending[Math.min(low + 1, ascending.length - 1)]!;
  return below + (at - low) * (above - below);
}
