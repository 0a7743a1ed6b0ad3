// Rotation, shift, scale, flip and crop of an image or its mask. Every function gives a new array (or the same one where there
// is nothing to do), and the same arguments move a mask as they move its image.
import { IadError } from '../../runtime/errors.js';
import { orient } from '../exif.js';
import { channelsOf, type Pixels, type Sampling, warp } from './warp.js';

export interface RotateOptions extends Sampling {
  /** The result is made large enough for the whole turned image. Default false: the size is kept. */
  readonly expand?: boolean;
}

/**
 * Turns about the centre, as Pillow's `Image.rotate` and torchvision's `rotate`. A mask of ones turned likewise says which
 * pixels of the result belong to the image.
 * @param degrees counterclockwise
 * @throws IadError `BAD_ARGUMENT`
 */
export function rotate(pixels: Pixels, degrees: number, { expand = false, ...sampling }: RotateOptions = {}): Pixels {
  checkFinite('rotate', { degrees });
  const { width, height } = pixels;
  const turn = ((degrees % 360) + 360) % 360;
  // An odd and an even side have their centres half a pixel apart: a quarter turn between them has no other exact form.
  if (expand && (turn === 90 || turn === 270)) return orient(checked(pixels), turn === 90 ? 8 : 6);
  const radians = (-turn * Math.PI) / 180;
  // 15 decimals: quarter turns come out exact, and engines whose sine differs in its last place agree.
  const cos = Number(Math.cos(radians).toFixed(15));
  const sin = Number(Math.sin(radians).toFixed(15));
  const centerX = width / 2;
  const centerY = height / 2;
  const c = cos * -centerX + sin * -centerY + centerX;
  const f = -sin * -centerX + cos * -centerY + centerY;
  if (!expand) return warp(pixels, { width, height }, [cos, sin, c, -sin, cos, f, 0, 0], sampling);
  const [across, down] = turnedSize(width, height, cos, sin, c, f);
  const shiftX = -(across - width) / 2;
  const shiftY = -(down - height) / 2;
  const moved = [cos * shiftX + sin * shiftY + c, -sin * shiftX + cos * shiftY + f] as const;
  const size = { width: across, height: down };
  return warp(pixels, size, [cos, sin, moved[0], -sin, cos, moved[1], 0, 0], sampling);
}

function turnedSize(width: number, height: number, cos: number, sin: number, c: number, f: number): [number, number] {
  const corners = [0, width].flatMap((x) => [0, height].map((y) => [x, y] as const));
  const xs = corners.map(([x, y]) => cos * x + sin * y + c);
  const ys = corners.map(([x, y]) => -sin * x + cos * y + f);
  const span = (values: number[]) => Math.ceil(Math.max(...values)) - Math.floor(Math.min(...values));
  return [span(xs), span(ys)];
}

/**
 * Moves by whole pixels, as torchvision's `affine` with `translate`.
 * @param right pixels, negative to the left
 * @param down pixels, negative upwards
 * @throws IadError `BAD_ARGUMENT`
 */
export function translate(pixels: Pixels, right: number, down: number, sampling: Sampling = {}): Pixels {
  if (!Number.isInteger(right) || !Number.isInteger(down)) {
    throw new IadError('BAD_ARGUMENT', `translate: ${right}, ${down} are not whole pixels`);
  }
  return warp(pixels, pixels, [1, 0, -right, 0, 1, -down, 0, 0], sampling);
}

/**
 * Magnifies or shrinks about the centre, the size is kept, as torchvision's `affine` with `scale`. Not antialiased.
 * @param factor above 0; below 1 shows the border's rule around the image
 * @throws IadError `BAD_ARGUMENT`
 */
export function scale(pixels: Pixels, factor: number, sampling: Sampling = {}): Pixels {
  if (!(factor > 0 && factor < Number.POSITIVE_INFINITY)) {
    throw new IadError('BAD_ARGUMENT', `scale: the factor is ${factor}, it must be above 0`);
  }
  const step = 1 / factor;
  const c = step * -(pixels.width / 2) + pixels.width / 2;
  const f = step * -(pixels.height / 2) + pixels.height / 2;
  return warp(pixels, pixels, [step, 0, c, 0, step, f, 0, 0], sampling);
}

/** `horizontal`: left and right change places. `vertical`: top and bottom do. */
export function flip(pixels: Pixels, axis: 'horizontal' | 'vertical'): Pixels {
  return orient(checked(pixels), axis === 'horizontal' ? 2 : 4);
}

/**
 * Cuts out the rectangle whose left upper corner is at (x, y).
 * @throws IadError `BAD_ARGUMENT` unless it lies inside
 */
export function crop(pixels: Pixels, x: number, y: number, width: number, height: number): Pixels {
  const channels = channelsOf(pixels);
  const whole = [x, y, width, height].every(Number.isInteger);
  const inside =
    x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= pixels.width && y + height <= pixels.height;
  if (!whole || !inside) {
    const wanted = `${width} x ${height} at ${x}, ${y}`;
    throw new IadError('BAD_ARGUMENT', `crop: ${wanted} is no part of ${pixels.width} x ${pixels.height} pixels`);
  }
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const begin = ((y + row) * pixels.width + x) * channels;
    data.set(pixels.data.subarray(begin, begin + width * channels), row * width * channels);
  }
  return { width, height, data };
}

function checkFinite(op: string, values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) throw new IadError('BAD_ARGUMENT', `${op}: ${name} is ${value}`);
  }
}

function checked(pixels: Pixels): Pixels {
  channelsOf(pixels);
  return pixels;
}
