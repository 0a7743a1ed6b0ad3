// The step of FastFlow and CFLOW-AD, FrEIA's all-in-one block: one affine coupling, a global affine map per channel, and a fixed
// mixing of the channels.
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { checkInteger } from '../../../kernels/checks.js';
import { affineCoupling, affineCouplingInverse, type CouplingClamp } from '../../../kernels/index.js';
import { IadError } from '../../../runtime/errors.js';
import { type Flow, joinChannels, splitChannels } from './flow.js';
import type { Mixing } from './mixing.js';
import { constant, type NamedTensors, named } from './parameters.js';
import type { Subnet } from './subnets.js';

/** How a block bounds its log-scale s, from 0.1 of the subnet's output a: alpha tanh(0.1 a), or alpha tanh(0.1 a / alpha). */
export type TanhForm = 'plain' | 'scaled';

/** The block multiplies what the subnet gives by 0.1, s and t alike. `scaled` is what FrEIA computes since August 2023. */
export function allInOneClamp(alpha: number, form: TanhForm): CouplingClamp {
  switch (form) {
    case 'plain':
      return { activation: 'tanh', alpha, slope: 0.1, shift: 0.1 };
    case 'scaled':
      return { activation: 'tanh', alpha, slope: 0.1 / alpha, shift: 0.1 };
    default:
      return form satisfies never;
  }
}

/**
 * How many channels pass unchanged, and how many the coupling changes.
 * @throws IadError BAD_ARGUMENT for fewer than two channels
 */
export function couplingSizes(channels: number): { kept: number; changed: number } {
  checkInteger('a coupling', 'channels', channels, 2, 2 ** 20);
  const changed = Math.floor(channels / 2);
  return { kept: channels - changed, changed };
}

/** The global scale is SCALE softplus(gamma / 2), written 0.1 * softplus with beta 0.5 in FrEIA. */
const SCALE = 0.2;
/** The gamma of scale 1. */
const NEUTRAL_GAMMA = 2 * Math.log(Math.expm1(1 / SCALE));

export interface AllInOneStep<T extends Tensor> {
  readonly channels: number;
  /** Channels of the condition, 0 unless told. */
  readonly condition?: number;
  readonly clamp: CouplingClamp;
  /** From the kept channels, with the condition's after them, to s and t of the changed ones. */
  readonly subnet: Subnet<T>;
  readonly mixing: Mixing<T>;
}

/** One step on x [B, ..., C]; arrays `name.gamma` and `name.offset` [C], and those of subnet and mixing. */
export function allInOneStep<T extends Tensor>(name: string, step: AllInOneStep<T>): Flow<T> {
  const { channels, condition = 0, clamp, subnet, mixing } = step;
  const { kept } = couplingSizes(channels);
  const affine = [constant(`${name}.gamma`, [channels], NEUTRAL_GAMMA), constant(`${name}.offset`, [channels], 0)];
  return {
    parameters: [...subnet.parameters, ...affine, ...mixing.parameters],
    forward: (x, tensors, given) =>
      tf.tidy(() => {
        const [passed, changed] = splitChannels(x, kept);
        const coupled = affineCoupling(changed, subnet.run(withCondition(passed, given, condition), tensors), clamp);
        const scale = globalScale(name, tensors);
        const scaled = tf.mul(joinChannels(passed, coupled.values), scale);
        const values = mixing.forward(tf.add<T>(scaled, named(tensors, `${name}.offset`)), tensors);
        const positions = x.size / (x.shape[0] ?? 1) / channels;
        const volume = tf.mul(tf.sum(tf.log(scale)), positions);
        return { values, logDeterminant: tf.add<Tensor1D>(coupled.logDeterminant, volume) };
      }),
    inverse: (z, tensors, given) =>
      tf.tidy(() => {
        const unmixed = mixing.inverse(z, tensors);
        const x = tf.div<T>(tf.sub(unmixed, named(tensors, `${name}.offset`)), globalScale(name, tensors));
        const [passed, changed] = splitChannels(x, kept);
        const coupling = subnet.run(withCondition(passed, given, condition), tensors);
        return joinChannels(passed, affineCouplingInverse(changed, coupling, clamp).values);
      }),
  };
}

/** [C], above 0 */
function globalScale(name: string, tensors: NamedTensors): Tensor {
  return tf.mul(tf.softplus(tf.mul(named(tensors, `${name}.gamma`), 0.5)), SCALE);
}

/** @throws IadError BAD_ARGUMENT if the condition given is not of this many channels */
function withCondition<T extends Tensor>(x: T, given: Tensor2D | undefined, channels: number): T {
  if ((given?.shape[1] ?? 0) !== channels) {
    const found = given ? `[${given.shape.join(', ')}]` : 'none';
    throw new IadError('BAD_ARGUMENT', `a flow needs a condition of ${channels} channels, not ${found}`, {
      path: 'condition',
    });
  }
  return given ? tf.concat<Tensor>([x, given], 1).reshape<T>([x.shape[0] ?? 1, -1]) : x;
}
