// One optimiser step: gradients, and the parameters of its part moved.
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { notFinite, readStep, type StepGradients } from './gradients.js';
import { clipScale, optimizerStep } from './optimizer.js';
import { placeOf, type StepPlace, type TrainingPlan } from './plan.js';
import { rateFactor } from './schedule.js';
import type { GradientSource } from './source.js';
import type { TrainingState } from './state.js';

/**
 * Takes the state one step on.
 * @returns the batch's loss before the step
 * @throws IadError TRAINING_DIVERGED if the loss or a gradient is not finite; the state stays as it was. MEMORY_BUDGET may leave it halfway.
 */
export async function trainStep(source: GradientSource, plan: TrainingPlan, state: TrainingState): Promise<number> {
  const { step, parameters, buffers } = state;
  const { batches, parts, config } = plan;
  const place = placeOf(plan, step);
  const found = await source.at(
    {
      ...place,
      indices: batches.at(place.batchNumber),
      parameters: parts[place.part]?.parameters ?? [],
      step,
      epoch: Math.floor(step / plan.stepsPerEpoch),
      seed: config.seed,
    },
    { parameters, buffers },
  );
  try {
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
    tf.dispose([found.loss, found.gradients, found.updates]);
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
  // One after another: there is room for one parameter twice, where there may be none for all.
  for (const [name, gradient] of Object.entries(gradients)) {
    const [optimizer, weights, moments] = [optimizers[name], state.parameters[name], state.moments[name]];
    if (!optimizer || !weights || !moments) {
      throw new IadError('BAD_ARGUMENT', `no state of the parameter ${name}`, { path: 'train' });
    }
    const next = tf.tidy(() => ({ ...optimizerStep(optimizer, { weights, gradient, state: moments }, size) }));
    tf.dispose([weights, moments]);
    state.parameters[name] = next.weights;
    state.moments[name] = next.state;
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
