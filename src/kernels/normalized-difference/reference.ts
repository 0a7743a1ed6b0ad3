// The meaning of normalizedDifference and of its gradient. Every device is compared with this file.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../cpu.js';
import { input, type KernelCall } from '../registry.js';
import { differenceOf } from './call.js';

interface Unit {
  readonly norm: number;
  readonly isClamped: boolean;
  /** The vector over max(norm, epsilon). */
  readonly values: Float64Array;
}

function unit(vector: Float32Array, epsilon: number): Unit {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  const isClamped = norm < epsilon;
  return { norm, isClamped, values: Float64Array.from(vector, (value) => value / (isClamped ? epsilon : norm)) };
}

export interface DifferenceInputs {
  /** [locations, channels] */
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly channels: number;
  readonly isCosine: boolean;
  readonly epsilon: number;
}

/** The unit vectors of every location. */
function* locations({ a, b, channels, epsilon }: DifferenceInputs): Generator<[Unit, Unit]> {
  for (let at = 0; at < a.length; at += channels) {
    yield [unit(a.subarray(at, at + channels), epsilon), unit(b.subarray(at, at + channels), epsilon)];
  }
}

/** @returns [locations] */
export function normalizedDifferenceReference(given: DifferenceInputs): Float64Array {
  return Float64Array.from(locations(given), ([a, b]) => {
    let squared = 0;
    for (let c = 0; c < given.channels; c++) squared += (a.values[c]! - b.values[c]!) ** 2;
    // Of unit vectors 1 - cos is half the squared distance, which does not cancel; of shorter ones it is not.
    if (!given.isCosine || !(a.isClamped || b.isClamped)) return squared / 2;
    let product = 0;
    for (let c = 0; c < given.channels; c++) product += a.values[c]! * b.values[c]!;
    return 1 - product;
  });
}

/**
 * upstream times the derivative by `a`: with u, v the (clamped) unit vectors and e = u - v, (e - u (u e)) / |a|; where |a| is
 * clamped, d / epsilon with d the distance's derivative by u, which is e, or -v for the cosine.
 * @param upstream [locations]
 * @returns [locations, channels]
 */
export function normalizedDifferenceGradientReference(given: DifferenceInputs, upstream: Float32Array): Float64Array {
  const { channels, isCosine, epsilon } = given;
  const out = new Float64Array(given.a.length);
  let location = 0;
  for (const [a, b] of locations(given)) {
    const byUnit = a.values.map((u, c) => (isCosine && a.isClamped ? 0 : u) - b.values[c]!);
    const along = a.isClamped ? 0 : byUnit.reduce((sum, e, c) => sum + e * a.values[c]!, 0);
    const scale = upstream[location]! / (a.isClamped ? epsilon : a.norm);
    const at = location * channels;
    for (let c = 0; c < channels; c++) out[at + c] = scale * (byUnit[c]! - a.values[c]! * along);
    location++;
  }
  return out;
}

function read(call: KernelCall): DifferenceInputs {
  const { a, b, channels, isCosine, epsilon } = differenceOf(call);
  return { a: readFloats(call.backend, a.info), b: readFloats(call.backend, b.info), channels, isCosine, epsilon };
}

export function normalizedDifferenceCpu(call: KernelCall): TensorInfo[] {
  const { a } = differenceOf(call);
  const distances = Float32Array.from(normalizedDifferenceReference(read(call)));
  return [makeTensor(call.backend, distances, [a.batch, a.height, a.width])];
}

export function normalizedDifferenceGradientCpu(call: KernelCall): TensorInfo[] {
  const upstream = readFloats(call.backend, input(call, 'upstream'));
  const gradient = normalizedDifferenceGradientReference(read(call), upstream);
  return [makeTensor(call.backend, Float32Array.from(gradient), differenceOf(call).a.info.shape)];
}
