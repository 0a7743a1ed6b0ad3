// A perspective view of an image: its four corners go to four given points.
import { IadError } from '../../runtime/errors.js';
import { type Pixels, type Projection, type Resample, warp } from './warp.js';

/** Pixel coordinates (x, y), pixel centres at whole numbers. */
export type Point = readonly [x: number, y: number];

/** In the order left upper, right upper, right lower, left lower. */
export type Corners = readonly [Point, Point, Point, Point];

/**
 * As torchvision's `perspective`: black outside of the image, which in a mask is normal.
 * @param corners where the corner pixels go
 * @throws IadError `BAD_ARGUMENT` if three of the corners lie on a line
 */
export function perspective(pixels: Pixels, corners: Corners, { resample = 'bilinear' }: { resample?: Resample } = {}) {
  return warp(pixels, pixels, projectionTo(pixels.width, pixels.height, corners), { resample });
}

/** The eight coefficients in float32, as torchvision has them: the linear system of four pairs of points. */
export function projectionTo(width: number, height: number, corners: Corners): Projection {
  const origins: Corners = [
    [0, 0],
    [width - 1, 0],
    [width - 1, height - 1],
    [0, height - 1],
  ];
  const rows = corners.flatMap(([x, y], i) => {
    const [u, v] = origins[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  const [a, b, c, d, e, f, g, h] = solve(rows).map(Math.fround);
  return [a!, b!, c!, d!, e!, f!, g!, h!];
}

/** Gauss's elimination with row pivots; the right-hand side is the last column. */
function solve(rows: number[][]): number[] {
  const count = rows.length;
  for (let k = 0; k < count; k++) {
    let best = k;
    for (let i = k + 1; i < count; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
    const pivot = rows[best]!;
    // Corners are whole numbers or near: what is left of a dependent row is rounding error.
    if (!(Math.abs(pivot[k]!) > 1e-9)) throw new IadError('BAD_ARGUMENT', 'perspective: three corners lie on a line');
    rows[best] = rows[k]!;
    rows[k] = pivot;
    for (let i = 0; i < count; i++) {
      if (i === k) continue;
      const row = rows[i]!;
      const factor = row[k]! / pivot[k]!;
      for (let j = k; j <= count; j++) row[j]! -= factor * pivot[j]!;
    }
  }
  return rows.map((row, i) => row[count]! / row[i]!);
}
