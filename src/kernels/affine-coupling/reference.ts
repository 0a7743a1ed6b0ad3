// The meaning of affineCoupling: every device is compared with this file. Float64 inside.
import type { TensorInfo } from '@tensorflow/tfjs';
import { makeTensor, readFloats } from '../cpu.js';
import { input, type KernelCall, matrix, number } from '../registry.js';

/** rho(s) = alpha * 0.636 * atan(slope * s) or alpha * tanh(slope * s), as numbers of the kernel. */
export interface Clamp {
  /** {@link ATAN} or {@link TANH} */
  readonly activation: number;
  readonly alpha: number;
  readonly slope: number;
  /** Factor of t. */
  readonly shift: number;
}

export const ATAN = 0;
export const TANH = 1;

/** The papers' stand-in for 2 / pi. */
export const ATAN_FACTOR = 0.636;

export function clampOf(call: KernelCall): Clamp {
  return {
    activation: number(call, 'activation'),
    alpha: number(call, 'alpha'),
    slope: number(call, 'slope'),
    shift: number(call, 'shift'),
  };
}

export function logScale(s: number, { activation, alpha, slope }: Clamp): number {
  return activation === ATAN ? alpha * ATAN_FACTOR * Math.atan(slope * s) : alpha * Math.tanh(slope * s);
}

/** d rho / ds */
export function logScaleSlope(s: number, { activation, alpha, slope }: Clamp): number {
  const u = slope * s;
  return activation === ATAN ? (alpha * ATAN_FACTOR * slope) / (1 + u * u) : alpha * slope * (1 - Math.tanh(u) ** 2);
}

/**
 * y = x * exp(rho(s)) + shift * t, or back: x = (y - shift * t) * exp(-rho(s)); the log-determinant is the sum of rho over a sample,
 * negative on the way back.
 * @param x [rows, channels]
 * @param parameters [rows, 2 channels], s then t
 * @param samples the rows belong to this many samples, in equal parts
 */
export function affineCouplingReference(
  x: Float32Array,
  parameters: Float32Array,
  channels: number,
  samples: number,
  clamp: Clamp,
  inverse: boolean,
): { y: Float32Array; logDeterminant: Float32Array } {
  const y = new Float32Array(x.length);
  const logDeterminant = new Float32Array(samples);
  const size = x.length / samples;
  for (let sample = 0; sample < samples; sample++) {
    let sum = 0;
    for (let i = sample * size; i < (sample + 1) * size; i++) {
      const at = i + Math.floor(i / channels) * channels;
      const rho = logScale(parameters[at]!, clamp);
      const t = clamp.shift * parameters[at + channels]!;
      y[i] = inverse ? (x[i]! - t) * Math.exp(-rho) : x[i]! * Math.exp(rho) + t;
      sum += rho;
    }
    logDeterminant[sample] = inverse ? -sum : sum;
  }
  return { y, logDeterminant };
}

/** Backwards through the forward direction: dx = dy e, ds = (dy x e + dl) rho'(s), dt = shift dy, with e = exp(rho(s)). */
export function affineCouplingGradientReference(
  x: Float32Array,
  parameters: Float32Array,
  dy: Float32Array,
  dLogDeterminant: Float32Array,
  channels: number,
  clamp: Clamp,
): { dx: Float32Array; dParameters: Float32Array } {
  const dx = new Float32Array(x.length);
  const dParameters = new Float32Array(parameters.length);
  const size = x.length / dLogDeterminant.length;
  for (let i = 0; i < x.length; i++) {
    const at = i + Math.floor(i / channels) * channels;
    const s = parameters[at]!;
    const through = dy[i]! * Math.exp(logScale(s, clamp));
    dx[i] = through;
    dParameters[at] = (through * x[i]! + dLogDeterminant[Math.floor(i / size)]!) * logScaleSlope(s, clamp);
    dParameters[at + channels] = clamp.shift * dy[i]!;
  }
  return { dx, dParameters };
}

function couplingCpu(call: KernelCall, inverse: boolean): TensorInfo[] {
  const { info, rows, columns } = matrix(call, 'x');
  const samples = number(call, 'samples');
  const [x, parameters] = [readFloats(call.backend, info), readFloats(call.backend, input(call, 'parameters'))];
  const found = affineCouplingReference(x, parameters, columns, samples, clampOf(call), inverse);
  return [
    makeTensor(call.backend, found.y, [rows, columns]),
    makeTensor(call.backend, found.logDeterminant, [samples]),
  ];
}

export function affineCouplingCpu(call: KernelCall): TensorInfo[] {
  return couplingCpu(call, false);
}

export function affineCouplingInverseCpu(call: KernelCall): TensorInfo[] {
  return couplingCpu(call, true);
}

export function affineCouplingGradientCpu(call: KernelCall): TensorInfo[] {
  const { backend } = call;
  const { info, rows, columns } = matrix(call, 'x');
  const read = (name: string) => readFloats(backend, input(call, name));
  const { dx, dParameters } = affineCouplingGradientReference(
    readFloats(backend, info),
    read('parameters'),
    read('dy'),
    read('dLogDeterminant'),
    columns,
    clampOf(call),
  );
  return [makeTensor(backend, dx, [rows, columns]), makeTensor(backend, dParameters, [rows, 2 * columns])];
}
