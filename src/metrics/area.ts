// Areas under curves given as points, and curves with fewer points.
import { MetricError } from './errors.js';

/**
 * Trapezoidal area under points of rising x, from the first point to x = `limit`, with linear interpolation there. Not
 * divided by the limit.
 * @throws MetricError `SHAPE` (lengths differ), `BAD_ARGUMENT` (the limit lies outside of the points)
 */
export function areaUnderCurve(x: ArrayLike<number>, y: ArrayLike<number>, limit: number): number {
  if (x.length !== y.length) throw new MetricError('SHAPE', `areaUnderCurve: ${x.length} x and ${y.length} y`);
  if (!(limit >= x[0]! && limit <= x[x.length - 1]!)) {
    const range = `${x[0]} to ${x[x.length - 1]}`;
    throw new MetricError('BAD_ARGUMENT', `areaUnderCurve: the limit ${limit} is not within the points, ${range}`);
  }
  let area = 0;
  for (let i = 1; i < x.length && x[i - 1]! < limit; i++) {
    const run = Math.min(x[i]!, limit) - x[i - 1]!;
    if (run <= 0) continue;
    const slope = (y[i]! - y[i - 1]!) / (x[i]! - x[i - 1]!);
    area += run * (y[i - 1]! + (slope * run) / 2);
  }
  return area;
}

/** Throws `BAD_ARGUMENT` unless the false-positive rate is in (0, 1]. */
export function checkLimit(caller: string, limit: number): void {
  if (limit > 0 && limit <= 1) return;
  throw new MetricError('BAD_ARGUMENT', `${caller}: the limit of the false-positive rate is ${limit}, not in (0, 1]`);
}

/**
 * Indices of at most `maxPoints` of a curve's points, the first and the last among them, at even steps along the curve. A
 * point left out lies, along the curve, within (length / (maxPoints − 1)) of one that is kept; no length exceeds 2 for a
 * curve that rises in both directions.
 * @throws MetricError `BAD_ARGUMENT`
 */
export function thinnedIndices(x: Float64Array, y: Float64Array, maxPoints: number): Uint32Array {
  if (!Number.isSafeInteger(maxPoints) || maxPoints < 2) {
    throw new MetricError('BAD_ARGUMENT', `maxPoints is ${maxPoints}, not a whole number >= 2`);
  }
  const count = x.length;
  if (count <= maxPoints) return Uint32Array.from({ length: count }, (_, i) => i);
  const step = (i: number) => Math.abs(x[i]! - x[i - 1]!) + Math.abs(y[i]! - y[i - 1]!);
  let length = 0;
  for (let i = 1; i < count; i++) length += step(i);
  const kept = [0];
  let gone = 0;
  for (let i = 1; i < count - 1 && kept.length < maxPoints - 1; i++) {
    gone += step(i);
    if (gone >= (kept.length * length) / (maxPoints - 1)) kept.push(i);
  }
  return Uint32Array.from([...kept, count - 1]);
}
