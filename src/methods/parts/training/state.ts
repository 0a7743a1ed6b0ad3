// Where a training is: everything that the next step depends on.
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { startState } from './optimizer.js';
import type { EpochRecord, Optimizers, Tensors } from './types.js';

/** The model of the epoch with the lowest validation value so far. */
export interface Best {
  readonly epoch: number;
  readonly value: number;
  readonly parameters: Tensors;
  readonly buffers: Tensors;
}

export interface TrainingState {
  /** Steps done. */
  step: number;
  /** Sum of the losses of the epoch under way. */
  lossSum: number;
  epochs: EpochRecord[];
  parameters: Record<string, Tensor>;
  /** What the optimisers remember, by parameter. */
  moments: Record<string, Tensor2D>;
  buffers: Record<string, Tensor>;
  best: Best | null;
}

/** New tensors of the same values. */
export function copies(tensors: Tensors): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.clone()]));
}

export function freshState(parameters: Tensors, buffers: Tensors, optimizers: Optimizers): TrainingState {
  const moments: Record<string, Tensor2D> = {};
  for (const [name, optimizer] of Object.entries(optimizers)) {
    const parameter = parameters[name];
    if (parameter) moments[name] = startState(optimizer, parameter);
  }
  return {
    step: 0,
    lossSum: 0,
    epochs: [],
    parameters: copies(parameters),
    moments,
    buffers: copies(buffers),
    best: null,
  };
}

export function disposeState({ parameters, moments, buffers, best }: TrainingState): void {
  tf.dispose([parameters, moments, buffers]);
  disposeBest(best);
}

export function disposeBest(best: Best | null): void {
  if (best) tf.dispose([best.parameters, best.buffers]);
}
