import type { Tensor } from '@tensorflow/tfjs';
import type { Model, TrainingPart, TrainingProblem } from '../../src/methods/parts/training/index.js';

export const INPUTS: number;
export function linearSample(index: number): { x: number[]; y: number };

export interface ShardProblemInit {
  readonly kind: 'linear' | 'denoiser';
  readonly parts?: readonly TrainingPart[];
  readonly fault?:
    | { readonly kind: 'delay' | 'start' }
    | { readonly kind: 'exit' | 'throw'; readonly step: number }
    | { readonly kind: 'nan'; readonly sample: number };
}

export type ShardProblem = Pick<TrainingProblem<Record<string, Tensor>>, 'samples' | 'parts' | 'batch' | 'loss'> & {
  /** Tensors of the caller. */
  readonly start: () => Model;
};

export function shardProblem(init: ShardProblemInit): ShardProblem;
