// Signed distances to plain shapes, in frame units: negative inside. Painters turn them into cover and edges.
import { clamp01 } from './noise.js';

/** A full turn in radians. */
export const TURN = 2 * Math.PI;

/** How much of a pixel lies inside, from the signed distance at its centre. */
export function inside(distance: number, unit: number): number {
  return clamp01(0.5 - distance / unit);
}

/** Rectangle of half sizes `w` and `h` about the origin, its corners rounded by `radius`. */
export function box(x: number, y: number, w: number, h: number, radius: number): number {
  const dx = Math.abs(x) - w + radius;
  const dy = Math.abs(y) - h + radius;
  const outX = Math.max(dx, 0);
  const outY = Math.max(dy, 0);
  return Math.sqrt(outX * outX + outY * outY) + Math.min(Math.max(dx, dy), 0) - radius;
}

export function circle(x: number, y: number, radius: number): number {
  return Math.sqrt(x * x + y * y) - radius;
}

/** Regular hexagon with two flat sides left and right at distance `apothem`. */
export function hexagon(x: number, y: number, apothem: number): number {
  const ax = Math.abs(x);
  return Math.max(ax, 0.5 * ax + 0.8660254 * Math.abs(y)) - apothem;
}

/** Rounded top of a cylinder of the given radius: 0 at the rim, `radius` on the axis. */
export function dome(offset: number, radius: number): number {
  const rest = radius * radius - offset * offset;
  return rest > 0 ? Math.sqrt(rest) : 0;
}
