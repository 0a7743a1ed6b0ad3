// Points made ready for kCenterGreedy's lazy evaluation: reduced, in integers; catch-up.inline.as.ts has their layout.
import { centre, projectRows, rowError, UNLIMITED } from '../wasm/reduce.as';
import { at, WIDTH } from './catch-up.inline.as';

/** Places of the two norms; plan.ts has the same layout. */
const FIRST_NORM: i32 = 31;
const SECOND_NORM: i32 = 63;
/** Points that are projected at a time; plan.ts has the same number. */
const GROUP: i32 = 2048;
/** Units of the longest point: twice it still fits an int16. */
const LONGEST: f64 = 16000;
/** Rounding moves each place by half a unit, and by float32's share of it. */
const ROUNDING: f64 = 0.51 * 8;

/**
 * The unit in which the longest of the points has LONGEST units; points beyond the limits of float32 do not count.
 * @param centred scratch, depth floats
 */
export function kCenterUnit(features: usize, count: i32, depth: i32, mean: usize, centred: usize): f64 {
  let longest: f64 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const norm = centre(features + (<usize>i * depth << 2), mean, depth, centred);
    if (norm < UNLIMITED) longest = max(longest, norm);
  }
  return Math.sqrt(longest) / LONGEST;
}

/** Rounds a length to units. */
@inline
function units(length: f64, unit: f64): i32 {
  return <i32>Math.floor(length / unit + 0.5);
}

/**
 * Turns projected points into reduced points with their errors, infinite for a point beyond the limits.
 * @param projected float32 [count, WIDTH]
 * @param reduced int16 [count, WIDTH]
 * @returns the largest error so far
 */
function reduce(
  projected: usize, norms: usize, count: i32, unit: f64, projectionError: f64, residualError: f64,
  reduced: usize, errors: usize, largestError: f64,
): f64 {
  for (let i: i32 = 0; i < count; i++) {
    const from = projected + (<usize>i * WIDTH << 2);
    const point = reduced + (<usize>i * WIDTH << 1);
    const norm = load<f64>(norms + (<usize>i << 3));
    if (!(norm < UNLIMITED)) {
      memory.fill(point, 0, WIDTH << 1);
      store<f32>(at(errors, i), Infinity);
      continue;
    }
    let inside: f64 = 0;
    for (let w: i32 = 0; w < WIDTH; w++) {
      let value: f64 = 0;
      if (w == FIRST_NORM || w == SECOND_NORM) value = Math.sqrt(max(0, norm - inside));
      else {
        value = <f64>load<f32>(at(from, w));
        inside += value * value;
      }
      const rounded = units(value, unit);
      store<i16>(point + (<usize>w << 1), <i16>rounded);
    }
    // The first norm is the larger one, so the second one's error covers both.
    const rest = Math.sqrt(max(0, norm - inside));
    const error = rowError(norm, rest, projectionError, residualError) + ROUNDING * unit;
    largestError = max(largestError, error);
    store<f32>(at(errors, i), <f32>(error * 1.000001));
  }
  return largestError;
}

/**
 * Projects points and reduces them.
 * @param panels the basis in panels of 8 directions
 * @param scratch 4 x depth + GROUP x (WIDTH + 2) floats, at a multiple of 8
 * @returns the largest error
 */
export function kCenterPrepare(
  features: usize, count: i32, depth: i32, mean: usize, panels: usize, scratch: usize,
  unit: f64, projectionError: f64, residualError: f64, reduced: usize, errors: usize,
): f64 {
  const projected = scratch + (<usize>GROUP << 3);
  const centred = projected + (<usize>GROUP * WIDTH << 2);
  let error: f64 = 0;
  for (let i: i32 = 0; i < count; i += GROUP) {
    const here = min(GROUP, count - i);
    projectRows(features + (<usize>i * depth << 2), here, depth, mean, panels, WIDTH, centred, projected, scratch);
    error = reduce(
      projected, scratch, here, unit, projectionError, residualError,
      reduced + (<usize>i * WIDTH << 1), at(errors, i), error,
    );
  }
  return error;
}

/** Sets the initial distances: NaN and negative count as 0. */
export function kCenterAnchors(anchors: usize, count: i32, distances: usize): void {
  for (let i: i32 = 0; i < count; i++) {
    const value = load<f32>(at(anchors, i));
    store<f32>(at(distances, i), value > 0 ? value : 0);
  }
}
