// The loss of one step, its gradients, and one read of whether they are numbers.
import type { Scalar, Tensor, TensorContainer } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { freeTapeAsItGoes } from './free-tape.js';
import type { LossInputs, Tensors, TrainingProblem } from './types.js';

export interface StepGradients {
  readonly loss: Scalar;
  readonly gradients: Tensors;
  /** New values of buffers. */
  readonly updates: Tensors;
}

/**
 * Everything in it is the caller's.
 * @param names of the parameters that gradients are wanted by; all unless told
 * @throws IadError BAD_ARGUMENT if the loss is no scalar, does not depend on a parameter, or updates a buffer that does not exist or in
 *   another shape; nothing is left behind by what it throws
 */
export function lossAndGradients<Batch extends TensorContainer>(
  problem: Pick<TrainingProblem<Batch>, 'loss'>,
  inputs: Omit<LossInputs<Batch>, 'update'>,
  names: readonly string[] = Object.keys(inputs.parameters),
): StepGradients {
  const wanted = names.map((name) => {
    const parameter = inputs.parameters[name];
    if (parameter) return parameter;
    throw refused(`there is no parameter ${name}`);
  });
  const updates: Record<string, Tensor> = {};
  const update = (buffer: string, value: Tensor) => {
    const known = inputs.buffers[buffer];
    if (!known) throw refused(`the loss updates the buffer ${buffer}, which does not exist`);
    if (`${known.shape}` !== `${value.shape}` || value.dtype !== 'float32') {
      throw refused(`buffer ${buffer} must stay float32 [${known.shape}], not ${value.dtype} [${value.shape}]`);
    }
    updates[buffer]?.dispose();
    // A copy, which outlives the tape's scope whatever becomes of the tensor itself.
    updates[buffer] = tf.keep(value.clone());
  };
  try {
    return tf.tidy(() => {
      const forward = () => {
        const loss = problem.loss({ ...inputs, update });
        freeTapeAsItGoes();
        if (loss.rank === 0 && loss.dtype === 'float32') return loss;
        throw refused(`the loss must be a float32 scalar, not ${loss.dtype} [${loss.shape}]`);
      };
      const { value, grads } = tf.engine().gradients(forward, wanted, undefined, true);
      const gradients: Record<string, Tensor> = {};
      for (const [i, name] of names.entries()) {
        // tfjs leaves the place of a parameter empty that the loss does not depend on.
        const gradient: Tensor | undefined = grads[i];
        if (!gradient) throw refused(`the loss does not depend on the parameter ${name}`);
        // Clones: a gradient may be one of the tensors that the loss was computed from.
        gradients[name] = gradient.clone();
      }
      return { loss: value.clone(), gradients, updates };
    });
  } catch (error) {
    tf.dispose(updates);
    dropTape();
    throw error;
  }
}

/** Frees what tfjs has put aside for a way back that is not gone. */
function dropTape(): void {
  const { state } = tf.engine();
  for (const { saved } of state.activeTape ?? []) tf.dispose(saved ?? []);
  state.activeTape = [];
}

function refused(what: string): IadError {
  return new IadError('BAD_ARGUMENT', what, { path: 'train' });
}

export interface StepReading {
  readonly loss: number;
  /** L2 norm of all gradients together. */
  readonly norm: number;
}

/** The loss and the gradients' norm, by one read from the device. */
export async function readStep({ loss, gradients }: StepGradients): Promise<StepReading> {
  const both = tf.tidy(() => {
    // Not by addN: it fails on WebGPU where there are more terms than a shader may bind.
    const squares = Object.values(gradients).map((gradient) => gradient.square().sum());
    return tf.stack([loss, tf.stack(squares).sum()]);
  });
  try {
    const [value, squared] = await both.data<'float32'>();
    return { loss: value ?? Number.NaN, norm: Math.sqrt(squared ?? Number.NaN) };
  } finally {
    both.dispose();
  }
}

/** The parameters whose gradients are not finite, or too large for their squares to be. */
export async function notFinite(gradients: Tensors): Promise<string[]> {
  const names = Object.keys(gradients);
  const norms = tf.tidy(() => tf.stack(Object.values(gradients).map((gradient) => gradient.square().sum())));
  try {
    const values = await norms.data<'float32'>();
    return names.filter((_, i) => !Number.isFinite(values[i]));
  } finally {
    norms.dispose();
  }
}
