// kCenterGreedy on several threads: each has every so many-th block of points, and they meet at every pick.
import { addCentre, at, BLOCK, catchUpBlock, fillUp, firstEqual, largest } from './catch-up.inline.as';

// The meeting place: threads that have arrived, the number of the meeting, the bits of the best distance that is up to date, and
// whether all is done; then, a cache line each, every thread's best distance and its point.
const ARRIVED: usize = 0;
const MEETING: usize = 4;
const BEST: usize = 8;
const DONE: usize = 12;
const LINE: i32 = 64;

/** Looks at the meeting's number before a thread goes to sleep: tens of microseconds, about what waking it up costs. */
const LOOKS: i32 = 20_000;

/** Blocks of each thread; block b is number b / threads of thread b mod threads. */
@inline
function share(count: i32, threads: i32): i32 {
  const blocks = (count + BLOCK - 1) / BLOCK;
  return (blocks + threads - 1) / threads;
}

/** Sets a thread's block maxima, and that its points have seen no centre. */
export function kCenterShareStart(count: i32, distances: usize, seen: usize, blockMax: usize, thread: i32, threads: i32): void {
  const own = share(count, threads);
  for (let j: i32 = 0; j < own; j++) {
    const start = (j * threads + thread) * BLOCK;
    const size = max(0, min(BLOCK, count - start));
    if (size > 0) memory.fill(at(seen, start), 0, <usize>size << 2);
    store<f32>(at(blockMax, thread * own + j), largest(distances, start, start + size));
  }
}

/** Tells the others of a distance that is up to date. */
function announce(room: usize, distance: f32): void {
  const bits = reinterpret<i32>(distance);
  let best = atomic.load<i32>(room, BEST);
  while (bits > best) {
    const found = atomic.cmpxchg<i32>(room, best, bits, BEST);
    if (found == best) return;
    best = found;
  }
}

/** Waits for the end of a meeting. */
function wait(room: usize, meeting: i32): void {
  for (let look: i32 = 0; look < LOOKS; look++) {
    if (atomic.load<i32>(room, MEETING) != meeting) return;
  }
  while (atomic.load<i32>(room, MEETING) == meeting) atomic.wait<i32>(room + MEETING, meeting, -1);
}

/**
 * A thread's part in the picks from .. to, as in kCenterAdvance; all threads must be in it at the same time.
 * @param blockMax [threads, share]
 * @param room LINE x (1 + threads) bytes, zero before the first call
 */
export function kCenterShare(
  features: usize, count: i32, depth: i32, from: i32, to: i32, margin: f32, unit: f64, slack: f64, largestError: f64,
  distances: usize, seen: usize, blockMax: usize, reduced: usize, errors: usize,
  centres: usize, panels: usize, centreLengths: usize, indices: usize, radii: usize,
  thread: i32, threads: i32, room: usize,
): void {
  if (!ASC_FEATURE_THREADS) return;
  const own = share(count, threads);
  const tops = at(blockMax, thread * own);
  const line = room + <usize>(LINE * (1 + thread));
  for (let known = from; known < to; known++) {
    let top: f32 = 0;
    let pick: i32 = -1;
    for (;;) {
      top = largest(tops, 0, own);
      // Another thread's point that is up to date is farther than all of these can be. At the same distance the lower one wins.
      if (!(top > 0) || top < reinterpret<f32>(atomic.load<i32>(room, BEST))) {
        pick = -1;
        break;
      }
      const block = firstEqual(tops, 0, own, top);
      const start = (block * threads + thread) * BLOCK;
      const end = min(start + BLOCK, count);
      pick = firstEqual(distances, start, end, top);
      if (load<i32>(at(seen, pick)) >= known) break;
      catchUpBlock(
        start, end, known, top * margin, features, depth, unit, slack, largestError, distances, seen, reduced, errors,
        centres, panels, centreLengths,
      );
      store<f32>(at(tops, block), largest(distances, start, end));
    }
    if (pick >= 0) announce(room, top);
    store<f32>(line, top);
    store<i32>(line, pick, 4);
    const meeting = atomic.load<i32>(room, MEETING);
    if (atomic.add<i32>(room, 1, ARRIVED) < threads - 1) wait(room, meeting);
    else {
      // The last one picks for all.
      let winner: i32 = -1;
      let radius: f32 = 0;
      for (let t: i32 = 1; t <= threads; t++) {
        const found = load<i32>(room + <usize>(LINE * t), 4);
        const value = load<f32>(room + <usize>(LINE * t));
        if (found < 0 || value < radius || (value == radius && found > winner)) continue;
        winner = found;
        radius = value;
      }
      if (winner < 0) {
        fillUp(indices, radii, known - from, to - from);
        store<i32>(room, 1, DONE);
      } else {
        store<i32>(at(indices, known - from), winner);
        store<f32>(at(radii, known - from), radius);
        addCentre(winner, known, distances, reduced, errors, centres, panels, centreLengths);
        const block = winner / BLOCK;
        const start = block * BLOCK;
        const place = (block % threads) * own + block / threads;
        store<f32>(at(blockMax, place), largest(distances, start, min(start + BLOCK, count)));
      }
      store<i32>(room, 0, BEST);
      store<i32>(room, 0, ARRIVED);
      atomic.add<i32>(room, 1, MEETING);
      atomic.notify(room + MEETING, -1);
    }
    if (load<i32>(room, DONE)) return;
  }
}
