// The networks inside coupling blocks: they need no inverse, so they may be anything that keeps the grid.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type NamedTensors, named, namedFilter, namedMatrix, type Parameter, uniform } from './parameters.js';

/** A network as a function of its input and of named arrays; lists of tensors for several scales. */
export interface Subnet<X> {
  readonly parameters: readonly Parameter[];
  readonly run: (x: X, tensors: NamedTensors) => X;
}

type Activation = 'linear' | 'relu' | 'leakyrelu';

/** Below 0, of CS-Flow's leaky ReLU. */
const LEAK = 0.1;

export interface Convolution {
  /** Side of the filter, odd; the border is filled with size / 2 zeros. */
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  /** 1 unless told. */
  readonly stride?: 1 | 2;
  /** `linear` unless told. */
  readonly activation?: Activation;
}

/** [B, H, W, inputs] to [B, ceil(H / stride), ceil(W / stride), outputs]; arrays `name.weight` (HWIO) and `name.bias`. */
export function convolution(
  name: string,
  { size, inputs, outputs, stride, activation }: Convolution,
): Subnet<Tensor4D> {
  const fanIn = size * size * inputs;
  return {
    parameters: [
      uniform(`${name}.weight`, [size, size, inputs, outputs], fanIn),
      uniform(`${name}.bias`, [outputs], fanIn),
    ],
    run: (x, tensors) =>
      tf.fused.conv2d({
        x,
        filter: namedFilter(tensors, `${name}.weight`),
        bias: named(tensors, `${name}.bias`),
        strides: stride ?? 1,
        pad: Math.floor(size / 2),
        activation: activation ?? 'linear',
        leakyreluAlpha: LEAK,
      }),
  };
}

/** [B, inputs] to [B, outputs]; arrays `name.weight` [inputs, outputs] and `name.bias`. */
export function dense(name: string, inputs: number, outputs: number, activation: Activation): Subnet<Tensor2D> {
  return {
    parameters: [uniform(`${name}.weight`, [inputs, outputs], inputs), uniform(`${name}.bias`, [outputs], inputs)],
    run: (x, tensors) =>
      tf.fused
        .matMul({
          a: x,
          b: namedMatrix(tensors, `${name}.weight`),
          bias: named(tensors, `${name}.bias`),
          activation,
        })
        .as2D(x.shape[0], outputs),
  };
}

/** One after the other. */
export function chain<X>(layers: readonly Subnet<X>[]): Subnet<X> {
  return {
    parameters: layers.flatMap(({ parameters }) => parameters),
    run: (x, tensors) => layers.reduce((at, { run }) => run(at, tensors), x),
  };
}

/** FastFlow's: two convolutions of the same size with a ReLU between them. */
export function convolutionSubnet(
  name: string,
  { size, inputs, hidden, outputs }: { size: 1 | 3; inputs: number; hidden: number; outputs: number },
): Subnet<Tensor4D> {
  return chain([
    convolution(`${name}.0`, { size, inputs, outputs: hidden, activation: 'relu' }),
    convolution(`${name}.1`, { size, inputs: hidden, outputs }),
  ]);
}

/** CFLOW-AD's and DifferNet's: fully connected layers between these widths, with ReLUs between them. */
export function denseSubnet(name: string, widths: readonly number[]): Subnet<Tensor2D> {
  const last = widths.length - 2;
  return chain(
    widths.slice(1).map((outputs, i) => {
      return dense(`${name}.${i}`, widths[i] ?? outputs, outputs, i === last ? 'linear' : 'relu');
    }),
  );
}

/** A subnet of one scale as one of a list of scales. */
export function ofOneScale<X>(subnet: Subnet<X>): Subnet<X[]> {
  return {
    parameters: subnet.parameters,
    run: (scales, tensors) => scales.map((scale) => subnet.run(scale, tensors)),
  };
}
