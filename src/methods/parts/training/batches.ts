// Which samples are in which batch, and what is held out: a function of the seed alone, the same on any machine.
import { IadError } from '../../../runtime/errors.js';
import { Random } from '../../../runtime/random.js';

export interface BatchPlan {
  readonly samples: number;
  readonly batchSize: number;
  /** Leave out an epoch's last batch where it is not full. */
  readonly dropLast: boolean;
  readonly seed: number;
}

/** @throws IadError BAD_CONFIG if there is no full batch and none but full ones are taken */
export function stepsPerEpoch({ samples, batchSize, dropLast }: BatchPlan): number {
  const steps = dropLast ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize);
  if (steps > 0) return steps;
  throw new IadError('BAD_CONFIG', `${samples} training images make no batch of ${batchSize}`, {
    path: 'batchSize',
    hint: 'Give more images, or a smaller batch size.',
  });
}

/** The samples in the order of an epoch. */
export function epochOrder({ samples, seed }: Pick<BatchPlan, 'samples' | 'seed'>, epoch: number): number[] {
  return Random.forKey(`training|order|${epoch}`, seed).sample(samples, samples);
}

/** The batches one after another: `at(step)` is a function of the plan and the step alone. */
export class Batches {
  readonly #plan: BatchPlan;
  readonly #perEpoch: number;
  #known: { readonly epoch: number; readonly order: readonly number[] } | undefined;

  constructor(plan: BatchPlan) {
    this.#plan = plan;
    this.#perEpoch = stepsPerEpoch(plan);
  }

  /** The samples of a step, counted from 0. */
  at(step: number): number[] {
    const epoch = Math.floor(step / this.#perEpoch);
    if (this.#known?.epoch !== epoch) this.#known = { epoch, order: epochOrder(this.#plan, epoch) };
    const first = (step % this.#perEpoch) * this.#plan.batchSize;
    return this.#known.order.slice(first, first + this.#plan.batchSize);
  }
}

export interface Split {
  readonly training: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Holds out `fraction` of the samples, rounded, at least one, and leaves at least one for training; of a single sample nothing is held
 * out. Both parts in rising order.
 * @param fraction above 0, below 1
 * @throws IadError BAD_CONFIG for another fraction
 */
export function splitValidation(samples: number, fraction: number, seed: number): Split {
  if (!(fraction > 0 && fraction < 1)) {
    throw new IadError('BAD_CONFIG', `must be above 0 and below 1, not ${fraction}`, { path: 'validation fraction' });
  }
  const count = Math.min(samples - 1, Math.max(1, Math.round(fraction * samples)));
  const held = new Set(Random.forKey('training|validation', seed).sample(samples, Math.max(0, count)));
  const all = Array.from({ length: samples }, (_, i) => i);
  return { training: all.filter((i) => !held.has(i)), validation: all.filter((i) => held.has(i)) };
}
