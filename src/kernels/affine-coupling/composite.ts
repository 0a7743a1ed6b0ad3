// affineCoupling and its gradient from stock tfjs ops.

import type { Tensor, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type KernelCall, matrixTensor, number, vectorTensor } from '../registry.js';
import { ATAN, ATAN_FACTOR, type Clamp, clampOf } from './reference.js';

function halves(parameters: Tensor2D): [Tensor2D, Tensor2D] {
  const channels = parameters.shape[1] / 2;
  return [parameters.slice([0, 0], [-1, channels]), parameters.slice([0, channels], [-1, channels])];
}

function logScale(s: Tensor2D, { activation, alpha, slope }: Clamp): Tensor2D {
  const u = s.mul<Tensor2D>(slope);
  return activation === ATAN ? u.atan().mul(alpha * ATAN_FACTOR) : u.tanh().mul(alpha);
}

function logScaleSlope(s: Tensor2D, { activation, alpha, slope }: Clamp): Tensor2D {
  const u = s.mul<Tensor2D>(slope);
  if (activation === ATAN) return tf.div(alpha * ATAN_FACTOR * slope, u.square().add(1));
  return tf.sub(1, u.tanh().square()).mul(alpha * slope);
}

function couplingComposite(call: KernelCall, inverse: boolean): TensorInfo[] {
  const x = matrixTensor(call, 'x');
  const clamp = clampOf(call);
  const samples = number(call, 'samples');
  return tf.tidy((): Tensor[] => {
    const [s, t] = halves(matrixTensor(call, 'parameters'));
    const rho = logScale(s, clamp);
    const offset = t.mul(clamp.shift);
    const total = rho.reshape([samples, -1]).sum<Tensor1D>(1);
    if (inverse) return [x.sub(offset).mul(rho.neg().exp()), total.neg()];
    return [x.mul(rho.exp()).add(offset), total];
  });
}

export function affineCouplingComposite(call: KernelCall): TensorInfo[] {
  return couplingComposite(call, false);
}

export function affineCouplingInverseComposite(call: KernelCall): TensorInfo[] {
  return couplingComposite(call, true);
}

export function affineCouplingGradientComposite(call: KernelCall): TensorInfo[] {
  const x = matrixTensor(call, 'x');
  const dy = matrixTensor(call, 'dy');
  const clamp = clampOf(call);
  return tf.tidy((): Tensor[] => {
    const [s] = halves(matrixTensor(call, 'parameters'));
    const through = dy.mul<Tensor2D>(logScale(s, clamp).exp());
    const byVolume = vectorTensor(call, 'dLogDeterminant').reshape([number(call, 'samples'), 1, 1]);
    const summed = through
      .mul(x)
      .reshape([number(call, 'samples'), -1, x.shape[1]])
      .add(byVolume)
      .reshape(x.shape);
    const ds = summed.mul<Tensor2D>(logScaleSlope(s, clamp));
    return [through, tf.concat2d([ds, dy.mul<Tensor2D>(clamp.shift)], 1)];
  });
}
