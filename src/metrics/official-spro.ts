// AUsPRO as the evaluation code of MVTec LOCO AD takes it: not at every score but at thresholds that it refines until the curve
// has no wide gap. For comparison; the exact area needs no threshold.
import { areaUnderCurve } from './area.js';
import { checkChoice } from './errors.js';
import { firstKeyAt, floatOfKey, sortKeys } from './float-keys.js';
import { countFrom, HIGH } from './pairs.js';
import type { StoredImage } from './pixel-store.js';

/** Where refinement stops. `loco`: neighbouring points at most 0.01 apart. `autovi`: 0.001, or a small enough triangle. */
export type RefinementRule = 'loco' | 'autovi';

const DISTANCE = { loco: 0.01, autovi: 0.001 } as const;
const STARTING = 50;
const ROUNDS = 10;
const LEAST_PER_ROUND = 20;
const MOST_PER_ROUND = 100;
const MARGIN = 1e-6;

export interface OfficialAuspro {
  readonly auspro: number;
  /** The exact value is at most this far away. */
  readonly errorBound: number;
}

type Point = readonly [fpr: number, spro: number];

/**
 * The falling thresholds that the code would use for these images. Where it draws ten million of more scores at random for
 * its starting thresholds, these come from all; where equal starting thresholds stop it, they are one. Null without a channel
 * or a normal pixel.
 */
export function refinedThresholds(images: readonly StoredImage[], rule: RefinementRule): Float64Array | null {
  checkChoice('officialAuspro', 'rule', rule, ['loco', 'autovi']);
  const evaluate = curveOf(images);
  const scores = allKeys(images);
  if (evaluate === null) return null;
  let thresholds = startingThresholds(scores);
  let points = thresholds.map(evaluate);
  for (let round = 0; round < ROUNDS; round++) {
    const inserted = insertions(thresholds, points, rule);
    if (inserted.length === 0) break;
    const merged = [
      ...thresholds.map((t, i) => ({ t, point: points[i]! })),
      ...inserted.map((t) => ({ t, point: evaluate(t) })),
    ];
    merged.sort((a, b) => b.t - a.t);
    thresholds = merged.map(({ t }) => t);
    points = merged.map(({ point }) => point);
  }
  return Float64Array.from(thresholds);
}

/** The area for some of the images at the thresholds of all. Null without a channel or a normal pixel. */
export function ausproAt(
  images: readonly StoredImage[],
  thresholds: Float64Array,
  limit: number,
  defect: string | undefined,
): OfficialAuspro | null {
  const evaluate = curveOf(images, defect);
  if (evaluate === null) return null;
  const points = Array.from(thresholds, evaluate);
  let rectangles = 0;
  for (let i = 1; i < points.length && points[i - 1]![0] < limit; i++)
    rectangles += rectangle(points[i - 1]!, points[i]!);
  const area = areaUnderCurve(
    points.map(([fpr]) => fpr),
    points.map(([, spro]) => spro),
    limit,
  );
  return { auspro: area / limit, errorBound: rectangles / (2 * limit) };
}

/** Sums channel by channel in the order of images, as the code does: which gap is the widest may hang on a last bit. */
function curveOf(images: readonly StoredImage[], defect?: string): ((threshold: number) => Point) | null {
  const normal = sortKeys(images.map((image) => image.normal));
  const complete = images.every(({ channels }) => channels !== null);
  const channels = (complete ? images : []).flatMap((image) => image.channels ?? []);
  const chosen = channels.filter((channel) => defect === undefined || channel.defect === defect);
  if (chosen.length === 0 || normal.length === 0) return null;
  return (threshold) => {
    const first = firstKeyAt(threshold, '>');
    let spro = 0;
    for (const { highest } of chosen) spro += countFrom(highest, first) / highest.length;
    return [countFrom(normal, first) / normal.length, spro / chosen.length];
  };
}

/** Keys of all pixels, ascending. */
function allKeys(images: readonly StoredImage[]): Uint32Array {
  const anomalous = images.map(({ anomalous: pairs }) =>
    Uint32Array.from({ length: pairs.length / 2 }, (_, i) => pairs[2 * i + HIGH]!),
  );
  return sortKeys([...images.map(({ normal }) => normal), ...anomalous]);
}

function startingThresholds(keys: Uint32Array): number[] {
  const last = keys.length - 1;
  const ranks = Array.from({ length: STARTING - 2 }, (_, i) => Math.floor((i + 1) * (last / (STARTING - 1))));
  const low = floatOfKey(keys[0]!);
  const high = floatOfKey(keys[last]!);
  // The margin of the code is lost in large scores; what is needed is a threshold beyond them.
  const beyond = (score: number) => Math.max(MARGIN, Math.abs(score) * 2 ** -40);
  const ascending = [low - beyond(low), ...ranks.map((rank) => floatOfKey(keys[rank]!)), high + beyond(high)];
  return [...new Set(ascending)].reverse();
}

/** Thresholds for the widest gaps, several for each where the gaps are few. */
function insertions(thresholds: readonly number[], points: readonly Point[], rule: RefinementRule): number[] {
  const gaps: { distance: number; from: number; to: number }[] = [];
  for (let i = 1; i < points.length; i++) {
    const distance = Math.sqrt((points[i]![0] - points[i - 1]![0]) ** 2 + (points[i]![1] - points[i - 1]![1]) ** 2);
    if (distance <= DISTANCE[rule]) continue;
    if (rule === 'autovi' && rectangle(points[i - 1]!, points[i]!) / 2 <= DISTANCE[rule] ** 2 / 4) continue;
    gaps.push({ distance, from: thresholds[i - 1]!, to: thresholds[i]! });
  }
  const widest = gaps.sort((a, b) => b.distance - a.distance).slice(0, MOST_PER_ROUND);
  let spare = Math.max(LEAST_PER_ROUND - widest.length, 0);
  let rest = widest.reduce((sum, { distance }) => sum + distance, 0);
  return widest.flatMap(({ distance, from, to }) => {
    const more = roundHalfEven((distance / rest) * spare);
    spare -= more;
    rest -= distance;
    const step = (to - from) / (2 + more);
    return Array.from({ length: 1 + more }, (_, i) => (i + 1) * step + from);
  });
}

function rectangle(a: Point, b: Point): number {
  return Math.abs(b[0] - a[0]) * Math.abs(b[1] - a[1]);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
