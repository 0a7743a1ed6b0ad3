// affineCoupling: the step that normalizing flows are made of, both ways, with its log-determinant.
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkTensors } from '../checks.js';
import { type KernelDefinition, runKernel } from '../registry.js';
import { AFFINE_COUPLING, AFFINE_COUPLING_INVERSE } from './kernel.js';
import { ATAN, TANH } from './reference.js';

/**
 * How s is clamped: rho(s) = alpha * 0.636 * atan(slope * s) or alpha * tanh(slope * s), so |rho| < alpha.
 * DifferNet, CS-Flow: atan, alpha 3. AST: atan, alpha 3 (RGB) or 1.9 (3D). FastFlow: tanh, alpha 2, slope and shift 0.1; CFLOW-AD: the
 * same with alpha 1.9; the all-in-one block of FrEIA since 2023-08: slope 0.1 / alpha.
 */
export interface CouplingClamp {
  readonly activation: 'atan' | 'tanh';
  /** Bound of the log-scale, above 0. */
  readonly alpha: number;
  /** Factor of s inside, 1 / alpha unless told. */
  readonly slope?: number;
  /** Factor of t, 1 unless told. */
  readonly shift?: number;
}

export interface Coupled<T extends Tensor> {
  /** As the input. */
  readonly values: T;
  /** log |det J| of every sample, float32 [B]: the sum of rho over it, of -rho for the inverse. */
  readonly logDeterminant: Tensor1D;
}

/**
 * y = x * exp(rho(s)) + shift * t and log |det dy/dx| = sum rho(s), in one pass (Dinh, Sohl-Dickstein, Bengio: Density estimation
 * using Real NVP, ICLR 2017, Eq. 7 and 8, with the soft clamp of the anomaly-detection flows). Has a gradient by x and `parameters`,
 * through both results.
 * @param x float32 [B, ..., C], the half of the channels that is changed
 * @param parameters float32 [B, ..., 2C], the subnet's output: C channels of s, then C of t
 * @returns tensors owned by the caller
 * @throws IadError BAD_ARGUMENT for other shapes, types or clamps
 */
export function affineCoupling<T extends Tensor>(x: T, parameters: Tensor, clamp: CouplingClamp): Coupled<T> {
  return couple('affineCoupling', AFFINE_COUPLING, x, parameters, clamp);
}

/**
 * The way back: x = (y - shift * t) * exp(-rho(s)), log |det dx/dy| = -sum rho(s). For sampling: it has no gradient.
 * @param y float32 [B, ..., C]; the rest is as for {@link affineCoupling}
 */
export function affineCouplingInverse<T extends Tensor>(y: T, parameters: Tensor, clamp: CouplingClamp): Coupled<T> {
  return couple('affineCouplingInverse', AFFINE_COUPLING_INVERSE, y, parameters, clamp);
}

function couple<T extends Tensor>(
  op: string,
  kernel: KernelDefinition,
  x: T,
  parameters: Tensor,
  clamp: CouplingClamp,
): Coupled<T> {
  const inner = x.shape.slice(0, -1).map((_, i) => `d${i}`);
  const channels = x.shape.at(-1) ?? 0;
  if (x.rank < 2) throw new IadError('BAD_ARGUMENT', `${op}: x must be [B, ..., C], not [${x.shape}]`, { path: 'x' });
  checkTensors(op, { x: [x, [...inner, 'C']], parameters: [parameters, [...inner, 2 * channels]] });
  const numbers = { samples: x.shape[0] ?? 1, ...clampNumbers(op, clamp) };
  const [values, logDeterminant] = tf.tidy(() => {
    const inputs = { x: x.reshape([-1, channels]), parameters: parameters.reshape([-1, 2 * channels]) };
    const [y, total] = runKernel(kernel, inputs, numbers);
    return [y?.reshape<T>(x.shape), total?.as1D()];
  });
  if (values && logDeterminant) return { values, logDeterminant };
  throw new IadError('BACKEND_WRONG', `${op}: the kernel must return two tensors`);
}

function clampNumbers(op: string, { activation, alpha, slope = 1 / alpha, shift = 1 }: CouplingClamp) {
  if (activation !== 'atan' && activation !== 'tanh') {
    throw new IadError('BAD_ARGUMENT', `${op}: activation must be atan or tanh, not ${activation}`, { path: 'clamp' });
  }
  if (!(alpha > 0 && [alpha, slope, shift].every(Number.isFinite))) {
    throw new IadError('BAD_ARGUMENT', `${op}: alpha must be above 0, slope and shift finite`, {
      path: 'clamp',
      hint: `Given: alpha ${alpha}, slope ${slope}, shift ${shift}.`,
    });
  }
  return { activation: activation === 'atan' ? ATAN : TANH, alpha, slope, shift };
}
