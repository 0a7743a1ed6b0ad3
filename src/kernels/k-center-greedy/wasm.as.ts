// kCenterGreedy on one thread: a pass over all points for every pick, and by lazy evaluation.
import { fullSquaredDistance } from '../wasm/distance.inline.as';
import { addCentre, at, BLOCK, catchUpBlock, fillUp, firstEqual, largest } from './catch-up.inline.as';

/** The plain algorithm: every pick is one pass over all points. */
export function kCenterPlain(
  features: usize, count: i32, depth: i32, steps: i32, distances: usize, indices: usize, radii: usize,
): void {
  const rowBytes = <usize>depth << 2;
  let top = largest(distances, 0, count);
  let pick = firstEqual(distances, 0, count, top);
  for (let step: i32 = 0; step < steps; step++) {
    if (!(top > 0)) return fillUp(indices, radii, step, steps);
    store<i32>(at(indices, step), pick);
    store<f32>(at(radii, step), top);
    store<f32>(at(distances, pick), 0);
    const centre = features + <usize>pick * rowBytes;
    let row = features;
    top = 0;
    for (let i: i32 = 0; i < count; i++) {
      const value = sqrt<f32>(fullSquaredDistance(row, centre, depth));
      let distance = load<f32>(at(distances, i));
      if (value < distance) {
        distance = value;
        store<f32>(at(distances, i), value);
      }
      if (distance > top) {
        top = distance;
        pick = i;
      }
      row += rowBytes;
    }
  }
}

/** Sets the block maxima, and no centre seen. */
export function kCenterStart(count: i32, distances: usize, seen: usize, blockMax: usize): void {
  memory.fill(seen, 0, <usize>count << 2);
  for (let i: i32 = 0; i < count; i += BLOCK) {
    store<f32>(at(blockMax, i / BLOCK), largest(distances, i, min(i + BLOCK, count)));
  }
}

/**
 * Picks the centres number from .. to.
 * @param margin in (0, 1]: points catch up until they fall below margin x the largest distance
 * @param slack at least 1 + the relative rounding error of an exact distance
 * @param largestError of any point's bounds
 * @param indices of the picks, [to - from], and with them `radii`; -1 and 0 once every distance is 0
 */
export function kCenterAdvance(
  features: usize, count: i32, depth: i32, from: i32, to: i32, margin: f32, unit: f64, slack: f64, largestError: f64,
  distances: usize, seen: usize, blockMax: usize, reduced: usize, errors: usize,
  centres: usize, panels: usize, centreLengths: usize, indices: usize, radii: usize,
): void {
  const blocks = (count + BLOCK - 1) / BLOCK;
  let known = from;
  while (known < to) {
    const top = largest(blockMax, 0, blocks);
    if (!(top > 0)) return fillUp(indices, radii, known - from, to - from);
    const block = firstEqual(blockMax, 0, blocks, top);
    const start = block * BLOCK;
    const end = min(start + BLOCK, count);
    const pick = firstEqual(distances, start, end, top);
    if (load<i32>(at(seen, pick)) < known) {
      catchUpBlock(
        start, end, known, top * margin, features, depth, unit, slack, largestError, distances, seen, reduced, errors,
        centres, panels, centreLengths,
      );
    } else {
      store<i32>(at(indices, known - from), pick);
      store<f32>(at(radii, known - from), top);
      addCentre(pick, known, distances, reduced, errors, centres, panels, centreLengths);
      known++;
    }
    store<f32>(at(blockMax, block), largest(distances, start, end));
  }
}
