// Inputs of the gradients of convolutions: strides, paddings, the edges of the tiles and blocks, extreme numbers.
import type { CaseTensor } from '../../case.js';
import { convolution } from '../attributes.js';
import type { StockCase, StockSuite } from '../case.js';
import { type Fill, normal, tensor } from '../sums.js';
import { filterGradient, inputGradient } from './reference.js';

type Pads = 'same' | 'valid' | [number, number][];

export interface Geometry {
  readonly input: readonly [batch: number, height: number, width: number, channels: number];
  /** [height, width, outputs], or outputs of each channel for a depthwise one. */
  readonly filter: readonly [number, number, number];
  readonly strides?: readonly [number, number];
  readonly pad?: Pads;
  readonly what?: string;
  readonly fill?: Fill;
  readonly fillOther?: Fill;
  readonly except?: Readonly<Record<string, string>>;
}

const around = (top: number, bottom: number, left: number, right: number): [number, number][] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

const FLUSHES = { webgpu: 'WGSL may flush subnormal numbers' };
const FINITE_ONLY = { webgpu: 'WGSL implementations may assume that there is no NaN and no infinity' };
const EMPTY = { webgpu: "tfjs's own kernel sums nothing up to whatever its buffer held" };
const holes: Fill = (random, at) => {
  if (at % 37 === 5) return Number.NaN;
  return at % 23 === 3 ? Number.POSITIVE_INFINITY : random.normal();
};
const scaled =
  (scale: number): Fill =>
  (random) =>
    scale * random.normal();

/** For any convolution. */
export const GEOMETRIES: readonly Geometry[] = [
  { input: [1, 1, 1, 1], filter: [1, 1, 1] },
  { input: [2, 5, 4, 3], filter: [3, 3, 2] },
  { input: [2, 5, 4, 3], filter: [3, 3, 2], pad: 'valid' },
  { input: [1, 7, 9, 4], filter: [3, 3, 1], strides: [2, 2] },
  { input: [1, 6, 8, 5], filter: [4, 4, 3], strides: [2, 2] },
  { input: [2, 7, 5, 3], filter: [3, 2, 2], strides: [2, 1] },
  { input: [1, 7, 8, 3], filter: [2, 3, 1], strides: [1, 3], pad: 'valid' },
  { input: [1, 8, 7, 9], filter: [1, 1, 2], strides: [3, 3], what: 'strides beyond the filter' },
  { input: [1, 2, 3, 2], filter: [5, 5, 2], what: 'a filter beyond the input' },
  { input: [1, 5, 6, 2], filter: [3, 3, 2], pad: around(2, 0, 0, 1), what: 'uneven padding' },
  { input: [1, 5, 5, 2], filter: [2, 2, 2], strides: [2, 2], pad: around(3, 3, 3, 3), what: 'windows in the padding' },
  { input: [1, 9, 8, 1], filter: [9, 8, 2], pad: 'valid', what: 'one window' },
  { input: [0, 4, 4, 2], filter: [3, 3, 2], what: 'no images', except: EMPTY },
  { input: [2, 5, 5, 4], filter: [3, 3, 1], pad: 'valid', what: 'NaN and infinity', fill: holes, except: FINITE_ONLY },
  { input: [2, 5, 5, 4], filter: [3, 3, 2], what: 'huge', fill: scaled(1e18), fillOther: scaled(1e18) },
  { input: [2, 5, 5, 4], filter: [3, 3, 2], what: 'tiny', fill: scaled(1e-30), fillOther: scaled(1e25) },
  {
    ...{ input: [1, 5, 5, 3], filter: [3, 3, 2], what: 'subnormal' },
    ...{ fill: scaled(1e-40), fillOther: scaled(1e20), except: FLUSHES },
  },
  {
    input: [1, 5, 5, 3],
    filter: [3, 3, 2],
    what: 'underflowing',
    fill: scaled(1e-22),
    fillOther: scaled(1e-22),
    except: FLUSHES,
  },
];

/** Around the tile (4 x 8) and the blocks (128 rows, 512 columns, 256 deep) of the matrix product. */
const BLOCKS: readonly Geometry[] = [
  { input: [2, 12, 13, 9], filter: [3, 3, 17] },
  { input: [1, 17, 16, 8], filter: [3, 3, 8], strides: [2, 2] },
  { input: [1, 4, 3, 70], filter: [2, 3, 8] },
  { input: [1, 3, 3, 5], filter: [2, 2, 515] },
  { input: [3, 11, 11, 4], filter: [1, 1, 16], pad: 'valid' },
  { input: [1, 1, 1, 259], filter: [1, 1, 130] },
];

/** Shapes and attributes of one geometry. */
export function shapesOf(
  { input, filter: [kh, kw, outputs], strides = [1, 1], pad = 'same' }: Geometry,
  depthwise: boolean,
) {
  const filter = [kh, kw, input[3], outputs];
  const attrs = { strides: [...strides], pad, dataFormat: 'NHWC', ...(depthwise && { dilations: [1, 1] }) };
  return { input: [...input], filter, output: convolution([...input], filter, attrs, depthwise).outShape, attrs };
}

export function nameOf({ input, filter, strides = [1, 1], pad = 'same', what }: Geometry): string {
  const padding = typeof pad === 'string' ? pad : pad.slice(1, 3).join(' ');
  return `${what ? `${what}: ` : ''}[${input}] by [${filter}], strides ${strides}, ${padding}`;
}

/** The two sides of a gradient. */
export function sides(
  geometry: Geometry,
  first: readonly number[],
  second: readonly number[],
): [CaseTensor, CaseTensor] {
  const { fill = normal, fillOther = normal } = geometry;
  return [tensor(1, first, fill), tensor(2, second, fillOther)];
}

export function filterCase(geometry: Geometry, depthwise: boolean): StockCase {
  const { input, filter, output, attrs } = shapesOf(geometry, depthwise);
  const [x, dy] = sides(geometry, input, output);
  return {
    name: nameOf(geometry),
    inputs: { x, dy },
    attrs: { ...attrs, filterShape: filter },
    expected: () => [filterGradient(x, dy, filter, attrs, depthwise)],
    ...(geometry.except && { except: geometry.except }),
  };
}

export function inputCase(geometry: Geometry, depthwise: boolean): StockCase {
  const { input, filter: shape, output, attrs } = shapesOf(geometry, depthwise);
  // An infinity in the filter would meet the padding.
  const [dy, filter] = sides(geometry, output, shape);
  return {
    name: nameOf(geometry),
    inputs: { dy, filter },
    attrs: { ...attrs, inputShape: input },
    expected: () => [inputGradient(dy, filter, input, attrs, depthwise)],
    ...(geometry.except && { except: geometry.except }),
  };
}

const ALL = [...GEOMETRIES, ...BLOCKS];

export const CONV_BACKPROP_FILTER_SUITE: StockSuite = {
  name: 'Conv2DBackpropFilter',
  cases: () => ALL.map((geometry) => filterCase(geometry, false)),
};
export const CONV_BACKPROP_INPUT_SUITE: StockSuite = {
  name: 'Conv2DBackpropInput',
  cases: () => ALL.map((geometry) => inputCase(geometry, false)),
};
