// How far float32 may be from the true SSIM and its gradient: first-order bounds, element by element.

import { outputSize, WINDOW } from './plan.js';
import { type SsimInputs, type Values, windowed } from './reference.js';

const UNIT = 2 ** -24;
/** Roundings of a windowed sum: 11 each way, the weights, and the input itself. */
const STEPS = 2 * WINDOW + 6;
/** Of the smallest numbers, what every rounding may be off by. */
const LEAST = STEPS * 2 ** -149;
/** The reference's own roundings, in float64, where its terms cancel. */
const REFERENCE = 2 ** -46;

/** The windowed sums of p = a + b and q = a - b, what follows from them, and the error of each (names with a D). */
function statistics({ a, b, shape, pad, c1, c2 }: SsimInputs) {
  const p = Float64Array.from(a, (value, i) => value + b[i]!);
  const q = Float64Array.from(a, (value, i) => value - b[i]!);
  const maps = (values: Values) => [values, values.map(Math.abs), values.map((value) => value * value)];
  const [u, absU, squareP] = maps(p).map((map) => windowed(map, shape, pad));
  const [v, absV, squareQ] = maps(q).map((map) => windowed(map, shape, pad));
  const at = (i: number) => {
    const [U, V] = [Math.abs(u![i]!), Math.abs(v![i]!)];
    const [UD, VD] = [STEPS * UNIT * absU![i]! + LEAST, STEPS * UNIT * absV![i]! + LEAST];
    const [P, Q] = [Math.max(0, squareP![i]! - U * U), Math.max(0, squareQ![i]! - V * V)];
    const PD = (STEPS + 2) * UNIT * (squareP![i]! + U * U) + 2 * U * UD;
    const QD = (STEPS + 2) * UNIT * (squareQ![i]! + V * V) + 2 * V * VD;
    const scale1 = (U * U + V * V) / 2 + c1;
    const scale2 = (P + Q) / 2 + c2;
    // What is computed is never below the constants.
    const R1 = (U * UD + V * VD) / scale1 + 4 * UNIT;
    const R2 = (PD + QD) / 2 / Math.max(scale2 - (PD + QD) / 2, c2) + 4 * UNIT;
    const [l, s] = [(V * V) / scale1, Q / scale2];
    const lD = (2 * V * VD) / scale1 + l * R1 + 4 * UNIT * l;
    const sD = QD / Math.max(scale2 - (PD + QD) / 2, c2) + s * R2 + 4 * UNIT * s;
    return { U, V, UD, VD, l, s, lD, sD, R1, R2, scale1, scale2: Math.max(scale2 - (PD + QD) / 2, c2) };
  };
  return { p, q, at, count: u!.length };
}

export function ssimMapError(given: SsimInputs): Float64Array {
  const { at, count } = statistics(given);
  return Float64Array.from({ length: count }, (_, i) => {
    const { l, s, lD, sD } = at(i);
    return REFERENCE + lD * Math.abs(1 - s) + sD * Math.abs(1 - l) + lD * sD + 4 * UNIT * Math.abs((1 - l) * (1 - s));
  });
}

export function ssimMapGradientError(given: SsimInputs, upstream: Float32Array): Float64Array {
  const { p, q, at, count } = statistics(given);
  const names = ['mean', 'square', 'meanError', 'squareErrorP', 'squareErrorQ', 'squareQ'] as const;
  const maps = Object.fromEntries(names.map((name) => [name, new Float64Array(count)]));
  for (let i = 0; i < count; i++) {
    const g = Math.abs(upstream[i]!);
    const { U, V, UD, VD, l, s, lD, sD, R1, R2, scale1, scale2 } = at(i);
    const lost = Math.abs(1 - s) / scale1;
    const kept = Math.abs(1 - l) / scale2;
    const lostD = sD / scale1 + lost * (R1 + 2 * UNIT);
    const keptD = lD / scale2 + kept * (R2 + 2 * UNIT);
    const byU = l * lost + s * kept;
    const byV = Math.abs(2 - s) * kept + Math.abs(2 - l) * lost;
    const byUD = lD * lost + l * lostD + sD * kept + s * keptD + 4 * UNIT * byU;
    const byVD = sD * kept + Math.abs(2 - s) * keptD + lD * lost + Math.abs(2 - l) * lostD + 4 * UNIT * byV;
    maps.mean![i] = g * (U * byU + V * byV);
    const own = REFERENCE * (1 / scale1 + 1 / scale2);
    maps.meanError![i] = g * (own * (U + V) + UD * byU + U * byUD + VD * byV + V * byVD + (lD * sD * (U + V)) / scale2);
    maps.square![i] = (g * kept * s) / 2;
    maps.squareQ![i] = (g * kept * Math.abs(2 - s)) / 2;
    maps.squareErrorP![i] = (g * (own + keptD * s + kept * sD + keptD * sD)) / 2;
    maps.squareErrorQ![i] = (g * (own + keptD * Math.abs(2 - s) + kept * sD + keptD * sD)) / 2;
  }
  const { shape, pad } = given;
  const from = { ...shape, height: outputSize(shape.height, pad), width: outputSize(shape.width, pad) };
  const back = (name: (typeof names)[number]) => windowed(maps[name]!, from, WINDOW - 1 - pad);
  const [mean, square, squareQ] = [back('mean'), back('square'), back('squareQ')];
  const [meanD, squarePD, squareQD] = [back('meanError'), back('squareErrorP'), back('squareErrorQ')];
  return Float64Array.from(p, (_, i) => {
    const [x, y] = [2 * Math.abs(p[i]!), 2 * Math.abs(q[i]!)];
    const rounded = (STEPS + 4) * UNIT * (mean[i]! + x * square[i]! + y * squareQ[i]!);
    return meanD[i]! + x * squarePD[i]! + y * squareQD[i]! + rounded + LEAST;
  });
}
