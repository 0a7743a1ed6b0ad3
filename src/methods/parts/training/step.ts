// One optimiser step: batch, loss, gradients, and the parameters of its part moved.
import type { TensorContainer } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { Random } from '../../../runtime/random.js';
import { lossAndGradients, notFinite, readStep, type StepGradients } from './gradients.js';
import { clipScale, optimizerStep } from './optimizer.js';
import { placeOf, type StepPlace, type TrainingPlan } from './plan.js';
import { rateFactor } from './schedule.js';
import type { TrainingState } from './state.js';
import type { TrainingProblem } from './types.js';

/** The batch that is trained on, for as many steps as are made on it. */
export class HeldBatch<Batch extends TensorContainer> {
  readonly #problem: TrainingProblem<Batch>;
  readonly #plan: TrainingPlan;
  #held: { readonly number: number; readonly batch: Batch } | undefined;

  constructor(problem: TrainingProblem<Batch>, plan: TrainingPlan) {
    this.#problem = problem;
    this.#plan = plan;
  }

  /** @param number from 0, over all epochs @returns tensors that stay this object's */
  async at(number: number): Promise<Batch> {
    if (this.#held?.number === number) return this.#held.batch;
    this.dispose();
    const { batches, config } = this.#plan;
    const random = Random.forKey(`training|batch|${number}`, config.seed);
    const batch = await this.#problem.batch(batches.at(number), random);
    this.#held = { number, batch };
    return batch;
  }

  dispose(): void {
    if (this.#held) tf.dispose(this.#held.batch);
    this.#held = undefined;
  }
}

/**
 * Takes the state one step on.
 * @returns the batch's loss before the step
 * @throws IadError TRAINING_DIVERGED if the loss or a gradient is not finite; the state stays as it was
 */
export async function trainStep<Batch extends TensorContainer>(
  problem: TrainingProblem<Batch>,
  plan: TrainingPlan,
  state: TrainingState,
  held: HeldBatch<Batch>,
): Promise<number> {
  const { step, parameters, buffers } = state;
  const { seed } = plan.config;
  const epoch = Math.floor(step / plan.stepsPerEpoch);
  const place = placeOf(plan, step);
  const { batchNumber, part, stepOfPart } = place;
  const batch = await held.at(batchNumber);
  const random = Random.forKey(`training|loss|${step}`, seed);
  const inputs = { parameters, buffers, batch, random, step, epoch, batchNumber, part, stepOfPart };
  let found: StepGradients | undefined;
  try {
    found = lossAndGradients(problem, inputs, plan.parts[part]?.parameters ?? []);
    const { loss, norm } = await readStep(found);
    if (!Number.isFinite(loss)) throw diverged(`the loss is ${loss}`, plan, step);
    if (!Number.isFinite(norm)) {
      const names = await notFinite(found.gradients);
      const what = names.length === 0 ? 'the norm of all gradients' : `the gradient of ${names.join(', ')}`;
      throw diverged(`${what} is not finite`, plan, step);
    }
    move(plan, state, place, found, clipScale(norm, plan.config.clipNorm));
    state.lossSum += loss;
    state.step += 1;
    return loss;
  } finally {
    if (place.isLast) held.dispose();
    if (found) tf.dispose([found.loss, found.gradients, found.updates]);
  }
}

/** Puts what the step gives in the place of what was there. */
function move(
  plan: TrainingPlan,
  state: TrainingState,
  { batchNumber, ofPart }: StepPlace,
  { gradients, updates }: StepGradients,
  scale: number,
): void {
  const { config, optimizers, stepsPerBatch } = plan;
  const length = { steps: plan.steps / stepsPerBatch, stepsPerEpoch: plan.stepsPerEpoch / stepsPerBatch };
  const size = { factor: rateFactor(config.schedule, batchNumber, length), scale, t: ofPart };
  const next = tf.tidy(() =>
    Object.entries(gradients).map(([name, gradient]) => {
      const [optimizer, weights, moments] = [optimizers[name], state.parameters[name], state.moments[name]];
      if (!optimizer || !weights || !moments) {
        throw new IadError('BAD_ARGUMENT', `no state of the parameter ${name}`, { path: 'train' });
      }
      return { name, ...optimizerStep(optimizer, { weights, gradient, state: moments }, size) };
    }),
  );
  for (const { name, weights, state: moments } of next) {
    tf.dispose([state.parameters[name] ?? [], state.moments[name] ?? []]);
    state.parameters[name] = weights;
    state.moments[name] = moments;
  }
  for (const [name, value] of Object.entries(updates)) {
    state.buffers[name]?.dispose();
    state.buffers[name] = value.clone();
  }
}

/** People count from 1. */
function diverged(what: string, { stepsPerEpoch, epochs, steps }: TrainingPlan, step: number): IadError {
  const epoch = `epoch ${Math.floor(step / stepsPerEpoch) + 1} of ${epochs}`;
  const within = `step ${(step % stepsPerEpoch) + 1} of ${stepsPerEpoch}`;
  return new IadError('TRAINING_DIVERGED', `${what} in ${epoch}, ${within} (step ${step + 1} of ${steps} in all)`, {
    path: 'train',
    hint: 'Use a lower learning rate or clip the gradients, and look for images of one value or with NaN.',
  });
}
