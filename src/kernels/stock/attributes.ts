// Reads the attributes that tfjs hands to a kernel or gradient, as what they are for it.
import type { NamedAttrMap } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';

type Pair = [number, number];
type Four = [number, number, number, number];
type Padding = 'same' | 'valid' | number | [Pair, Pair, Pair, Pair];
export type Conv2DInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

/** A kernel of tfjs got what its op never gives. */
export function wrongAttribute(name: string, value: unknown): IadError {
  return new IadError('BACKEND_WRONG', `a kernel got ${JSON.stringify(value)} as ${name}`, {
    hint: 'Use the @tensorflow/tfjs version that this package depends on.',
  });
}

/** One number for both directions, or [along the height, along the width]. */
function pair(attrs: NamedAttrMap | undefined, name: string): Pair {
  const value: unknown = attrs?.[name];
  if (typeof value === 'number') return [value, value];
  if (Array.isArray(value)) {
    const [height, width] = value;
    if (typeof height === 'number' && typeof width === 'number') return [height, width];
  }
  throw wrongAttribute(name, value);
}

export function isPairs(value: unknown): value is Pair[] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}

function padding(attrs: NamedAttrMap | undefined): Padding {
  const value: unknown = attrs?.pad;
  if (value === 'same' || value === 'valid' || typeof value === 'number') return value;
  if (isPairs(value)) {
    const [a, b, c, d] = value;
    if (a && b && c && d) return [a, b, c, d];
  }
  throw wrongAttribute('pad', value);
}

function rounding(attrs: NamedAttrMap | undefined): 'floor' | 'round' | 'ceil' | undefined {
  const value: unknown = attrs?.dimRoundingMode;
  if (value === 'floor' || value === 'round' || value === 'ceil') return value;
  if (value === undefined || value === null) return undefined;
  throw wrongAttribute('dimRoundingMode', value);
}

function four(shape: unknown, name: string): Four {
  if (Array.isArray(shape)) {
    const [a, b, c, d] = shape;
    const numbers = typeof a === 'number' && typeof b === 'number' && typeof c === 'number' && typeof d === 'number';
    if (shape.length === 4 && numbers) return [a, b, c, d];
  }
  throw wrongAttribute(name, shape);
}

/** A shape of rank 4 among the attributes. */
export function shapeAttribute(attrs: NamedAttrMap | undefined, name: string): Four {
  return four(attrs?.[name], name);
}

export function flag(attrs: NamedAttrMap | undefined, name: string): boolean {
  return attrs?.[name] === true;
}

/**
 * The geometry of a convolution, as tfjs's own kernels compute it.
 * @throws IadError BACKEND_WRONG for channels first, which tfjs's wasm backend does not convolve either, and for dilations, whose
 *   gradients tfjs does not ask for
 */
export function convolution(
  input: number[],
  filter: number[],
  attrs: NamedAttrMap | undefined,
  depthwise: boolean,
): Conv2DInfo {
  if (attrs?.dataFormat === 'NCHW') throw wrongAttribute('dataFormat', 'NCHW');
  if (depthwise && pair(attrs, 'dilations').some((dilation) => dilation !== 1)) {
    throw wrongAttribute('dilations', attrs?.dilations);
  }
  const shapes = [four(input, 'the input'), four(filter, 'the filter')] as const;
  return tf.backend_util.computeConv2DInfo(
    ...shapes,
    pair(attrs, 'strides'),
    1,
    padding(attrs),
    rounding(attrs),
    depthwise,
  );
}

/** The geometry of a pooling, as tfjs's own kernels compute it. */
export function pooling(input: number[], attrs: NamedAttrMap | undefined): Conv2DInfo {
  const window = [pair(attrs, 'filterSize'), pair(attrs, 'strides'), 1] as const;
  return tf.backend_util.computePool2DInfo(four(input, 'the input'), ...window, padding(attrs), rounding(attrs));
}
