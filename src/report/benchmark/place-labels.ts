// Where the labels of points go, so that none covers another or a point: plain geometry, in pixels from the top left.

export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** Left end and middle of a text. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Of lettering at 11 pixels: wide enough for most texts. */
const CHARACTER = 6.2;
const LINE = 13;
const POINT = 5;
const GAP = 3;
/** Room above a frame. */
const ABOVE = 22;

/**
 * Tries right, left, above and below of each point, ever further away. What costs is, in this order: covering something, leaving
 * the frame (above there is some room), being nearer to another point, being far.
 */
export function placeLabels(spots: readonly Spot[], frame: Frame): LabelPlace[] {
  const taken: Box[] = spots.map(({ x, y }) => ({
    left: x - POINT,
    right: x + POINT,
    top: y - POINT,
    bottom: y + POINT,
  }));
  const nearest = spots.map((spot) =>
    Math.min(...spots.filter((other) => other !== spot).map((other) => apart(spot, other))),
  );
  const places = new Array<LabelPlace>(spots.length);
  // The most crowded points have the fewest choices.
  const order = spots.map((_, i) => i).sort((a, b) => nearest[a]! - nearest[b]! || a - b);
  for (const i of order) {
    const spot = spots[i]!;
    const width = spot.text.length * CHARACTER;
    let best: { place: LabelPlace; box: Box; cost: number } | undefined;
    for (const [dx, dy] of offsets(width)) {
      const place = { x: spot.x + dx, y: spot.y + dy };
      const box = { left: place.x, right: place.x + width, top: place.y - LINE / 2, bottom: place.y + LINE / 2 };
      const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0);
      const own = distance(box, spot);
      const stranger = Math.min(...spots.filter((other) => other !== spot).map((other) => distance(box, other)));
      const doubt = Math.max(0, own + GAP - stranger);
      const cost = 1000 * covered + 1000 * outside(box, frame) + 10 * doubt + own + (dx > 0 ? 0 : 3);
      if (!best || cost < best.cost) best = { place, box, cost };
    }
    taken.push(best!.box);
    places[i] = best!.place;
  }
  return places;
}

/** Moves values apart along one axis, their order kept. @returns one for each, at least `gap` apart, within the ends if they fit */
export function spread(values: readonly number[], gap: number, low: number, high: number): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const placed = new Array<number>(values.length);
  let before = low - gap;
  for (const i of order) {
    placed[i] = Math.max(values[i]!, before + gap);
    before = placed[i]!;
  }
  let after = Math.max(high, low + gap * (values.length - 1)) + gap;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, after - gap);
    after = placed[i]!;
  }
  return placed;
}

function offsets(width: number): [dx: number, dy: number][] {
  const side = POINT + GAP;
  const found: [number, number][] = [];
  for (let step = 0; step <= 12; step++) {
    for (const dy of step === 0 ? [0] : [(-step * LINE) / 2, (step * LINE) / 2]) {
      found.push([side, dy], [-side - width, dy]);
      if (Math.abs(dy) > POINT + LINE / 2 - 1) found.push([-width / 2, dy], [-width + side, dy], [-side, dy]);
    }
  }
  return found;
}

function apart(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function distance({ left, top, right, bottom }: Box, { x, y }: Spot): number {
  return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
}

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}

function outside({ left, top, right, bottom }: Box, { width, height }: Frame): number {
  return Math.max(0, -left) + Math.max(0, -ABOVE - top) + Math.max(0, right - width) + Math.max(0, bottom - height);
}
