// Maps and masks as they come in: a flat array with its shape, or a view in the form of ndarray, with strides and an offset.
import { MetricError } from './errors.js';

/** A two-dimensional array. An `ndarray` is one; so is `{ data, shape: [height, width] }` around a typed array. */
export interface Grid {
  readonly data: ArrayLike<number>;
  /** [height, width]. */
  readonly shape: readonly number[];
  /** Distance in `data` between neighbours down and across; default [width, 1], row-major and without gaps. */
  readonly stride?: readonly number[];
  /** Place of the first element in `data`; default 0. */
  readonly offset?: number;
}

/** `[height * width]`, row-major. */
export interface DenseMap {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * The map as finite 32-bit floats; other numbers are rounded to them. May be a view of the grid's own data.
 * @throws MetricError with `index`: `BAD_ARGUMENT` (no grid), `SHAPE`, `NOT_FINITE`
 */
export function readMap(caller: string, grid: Grid, index: number): DenseMap {
  const { width, height, ...view } = layout(caller, 'the map', grid, index);
  const own = view.dense && grid.data instanceof Float32Array;
  const values = own ? grid.data.subarray(view.offset, view.offset + width * height) : new Float32Array(width * height);
  if (!own)
    forEach(grid.data, width, height, view, (value, i) => (values[i] = typeof value === 'number' ? value : NaN));
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i]! & EXPONENT) === EXPONENT) {
      throw new MetricError('NOT_FINITE', `${caller}: pixel ${i} of the map is ${values[i]} as a 32-bit float`, index);
    }
  }
  return { values, width, height };
}

/** All bits set in NaN and the infinities only. */
const EXPONENT = 0x7f800000;

/**
 * The mask as zeros and ones, of the map's size. May be a view of the grid's own data.
 * @param threshold values at or above it are anomalous; undefined: only 0 and 1 are allowed
 * @throws MetricError with `index`: `BAD_ARGUMENT` (no grid), `SHAPE`, `BAD_LABEL`
 */
export function readMask(
  caller: string,
  what: string,
  grid: Grid,
  map: { readonly width: number; readonly height: number },
  threshold: number | undefined,
  index: number,
): Uint8Array {
  const { width, height, ...view } = layout(caller, what, grid, index);
  if (width !== map.width || height !== map.height) {
    const sizes = `${height} x ${width}, the map ${map.height} x ${map.width} (height x width)`;
    throw new MetricError('SHAPE', `${caller}: ${what} is ${sizes}`, index);
  }
  const fault = (value: unknown, i: number, lack: string) =>
    new MetricError('BAD_LABEL', `${caller}: value ${value} of ${what} at pixel ${i} ${lack}`, index);
  if (threshold === undefined && view.dense && grid.data instanceof Uint8Array) {
    const mask = grid.data.subarray(view.offset, view.offset + width * height);
    const bad = mask.findIndex((value) => value > 1);
    if (bad >= 0) throw fault(mask[bad], bad, NOT_BINARY);
    return mask;
  }
  const mask = new Uint8Array(width * height);
  forEach(grid.data, width, height, view, (value, i) => {
    if (threshold === undefined && value !== 0 && value !== 1) throw fault(value, i, NOT_BINARY);
    if (typeof value !== 'number' || Number.isNaN(value)) throw fault(value, i, 'is no number');
    mask[i] = value >= (threshold ?? 1) ? 1 : 0;
  });
  return mask;
}

/**
 * The values as they are, row-major.
 * @throws MetricError with `index`: `BAD_ARGUMENT` (no grid), `SHAPE`
 */
export function readValues(caller: string, what: string, grid: Grid, index: number): unknown[] {
  const { width, height, ...view } = layout(caller, what, grid, index);
  const values: unknown[] = [];
  forEach(grid.data, width, height, view, (value) => values.push(value));
  return values;
}

const NOT_BINARY = 'is neither 0 nor 1; give maskThreshold to binarise';

interface View {
  readonly offset: number;
  readonly down: number;
  readonly across: number;
  /** Row-major and without gaps. */
  readonly dense: boolean;
}

function layout(
  caller: string,
  what: string,
  grid: Grid | null | undefined,
  index: number,
): View & { readonly width: number; readonly height: number } {
  const { data, shape, stride, offset = 0 } = grid ?? {};
  if (typeof data !== 'object' || data === null || !Array.isArray(shape)) {
    throw new MetricError('BAD_ARGUMENT', `${caller}: ${what} is not an object with data and shape`, index);
  }
  const [height, width] = shape as readonly number[];
  if (shape.length !== 2 || !isSize(height) || !isSize(width)) {
    throw new MetricError('SHAPE', `${caller}: ${what} has the shape [${shape}], not [height, width]`, index);
  }
  const [down, across] = stride ?? [width, 1];
  if (!Number.isSafeInteger(down) || !Number.isSafeInteger(across) || !Number.isSafeInteger(offset)) {
    throw new MetricError('SHAPE', `${caller}: ${what} has the stride [${stride}] and the offset ${offset}`, index);
  }
  const whole = stride === undefined && offset === 0;
  if (whole ? data.length !== width * height : !fits(data.length, height, width, down!, across!, offset)) {
    const told = whole ? '' : ` from ${offset} by [${down}, ${across}]`;
    throw new MetricError('SHAPE', `${caller}: ${what} has ${data.length} values for [${shape}]${told}`, index);
  }
  return { width, height, offset, down: down!, across: across!, dense: down === width && across === 1 };
}

function isSize(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && value! >= 0;
}

function fits(length: number, height: number, width: number, down: number, across: number, offset: number): boolean {
  if (height === 0 || width === 0) return true;
  const ends = [0, (height - 1) * down].flatMap((y) => [0, (width - 1) * across].map((x) => offset + y + x));
  return Math.min(...ends) >= 0 && Math.max(...ends) < length;
}

function forEach(
  data: ArrayLike<number>,
  width: number,
  height: number,
  { offset, down, across }: View,
  visit: (value: unknown, i: number) => void,
): void {
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, at = offset + y * down; x < width; x++, i++, at += across) visit(data[at], i);
  }
}

/**
 * Maps and masks given as two arrays `[images, height, width]`, one image after the other, as views.
 * @throws MetricError `SHAPE`
 */
export function imagesOf(maps: Grid, masks: Grid): { readonly map: Grid; readonly mask: Grid }[] {
  if (maps.shape.length !== 3 || maps.shape.some((size, i) => size !== masks.shape[i]) || masks.shape.length !== 3) {
    const shapes = `[${maps.shape}] and [${masks.shape}]`;
    throw new MetricError('SHAPE', `imagesOf: maps and masks have the shapes ${shapes}, not the same [N, H, W]`);
  }
  return Array.from({ length: maps.shape[0]! }, (_, i) => ({ map: sliceOf(maps, i), mask: sliceOf(masks, i) }));
}

function sliceOf({ data, shape, stride, offset = 0 }: Grid, i: number): Grid {
  const [, height, width] = shape as [number, number, number];
  const [image, down, across] = (stride ?? [height * width, width, 1]) as [number, number, number];
  return { data, shape: [height, width], stride: [down, across], offset: offset + i * image };
}
