// The training loop of every trained method.
import type { TensorContainer } from '@tensorflow/tfjs';
import { abortedError, IadError, yieldTurn } from '../../../runtime/errors.js';
import { type OnProgress, stageProgress } from '../../../runtime/progress.js';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.js';
import { planTraining, type TrainingPlan } from './plan.js';
import { type GradientSource, openSource, type TrainingThreads } from './source.js';
import { copies, disposeBest, disposeState, freshState, type TrainingState } from './state.js';
import { trainStep } from './step.js';
import type {
  CheckpointStore,
  OptimizerOf,
  TrainingConfig,
  TrainingProblem,
  TrainingResult,
  Validation,
} from './types.js';

export interface TrainingOptions {
  /** Default `training`. */
  readonly stage?: string;
  readonly onProgress?: OnProgress;
  /** Stops between two steps with the error `ABORTED`, after a checkpoint if there are any. */
  readonly signal?: AbortSignal;
  /** With it the result is the best epoch's model. */
  readonly validation?: Validation;
  /** Other optimisers than the configuration's, by parameter. */
  readonly optimizerOf?: OptimizerOf;
  /**
   * Goes on from the store's checkpoint if it has one, and writes one after every `everySteps` steps and at the end. A training that
   * goes on ends with the same bits as one that was not interrupted, on the same backend and machine with as many threads.
   */
  readonly checkpoints?: { readonly store: CheckpointStore; readonly everySteps: number };
  /** What else the training depends on, such as a hash of its samples: a checkpoint with another one is refused. */
  readonly identity?: string;
  /**
   * Worker threads, each of which computes a shard of every batch; they exist in Node with the wasm backend, elsewhere this thread
   * computes all. The loss must be a mean over the batch's samples, and a buffer's new value one of them: the means over the shards, weighted
   * by their sizes, are then those of the batch but for rounding. (Statistics of a batch, as batch norm takes them, would be the shard's.) The
   * same number of threads gives the same bits, another number rounds otherwise. Memory: every thread holds parameters, gradients and
   * what its shard takes; shared are the parameters, and one set of gradients per thread.
   */
  readonly threads?: TrainingThreads;
}

/** Between turns for timers, input and signals. */
const TURN_MS = 25;

/**
 * Minimises the mean loss of seeded batches by SGD or Adam. The same seed gives the same bits on the same backend and machine, and the
 * same batches on any. Device memory: the parameters, what the optimiser remembers (once the parameters for SGD, twice for Adam, three
 * times with AMSGrad), both of one parameter once more while a step is made, the gradients, the start values, and the best epoch's parameters with a validation.
 *
 * @throws IadError BAD_CONFIG, BAD_ARGUMENT; TRAINING_DIVERGED if a loss, a gradient, a validation value or a number of a checkpoint
 *   is NaN or infinite; ABORTED; MODEL_FORMAT, MODEL_CORRUPT or MODEL_MISMATCH for a checkpoint that is none, damaged or another
 *   training's; WORKER_CRASHED if a thread dies. Nothing is left on the device, and no thread.
 */
export async function train<Batch extends TensorContainer>(
  problem: TrainingProblem<Batch>,
  config: TrainingConfig,
  options: TrainingOptions = {},
): Promise<TrainingResult> {
  const { optimizerOf, validation, identity } = options;
  const plan = planTraining(problem, config, { optimizerOf, isValidated: validation !== undefined, identity });
  checkOptions(options);
  const state = await start(plan, options.checkpoints?.store);
  let source: GradientSource | undefined;
  try {
    source = openSource(problem, plan, options.threads);
    await run(source, plan, state, options);
    return finish(state, plan, validation);
  } finally {
    disposeState(state);
    await source?.close();
  }
}

async function start(plan: TrainingPlan, store: CheckpointStore | undefined): Promise<TrainingState> {
  const saved = await store?.read();
  if (store && saved) return decodeCheckpoint(saved, plan, store.path);
  return freshState(plan.parameters, plan.buffers, plan.optimizers);
}

async function run(
  source: GradientSource,
  plan: TrainingPlan,
  state: TrainingState,
  { stage = 'training', onProgress, signal, validation, checkpoints }: TrainingOptions,
): Promise<void> {
  const report = stageProgress(onProgress, stage, plan.steps, state.step);
  let saved = state.step;
  const save = async () => {
    if (!checkpoints || saved === state.step) return;
    await checkpoints.store.write(await encodeCheckpoint(state, plan));
    saved = state.step;
  };
  let turn = performance.now();
  while (state.step < plan.steps && !stopsEarly(state, validation)) {
    if (signal?.aborted) {
      await save();
      throw abortedError(signal);
    }
    const loss = await trainStep(source, plan, state);
    if (state.step % plan.stepsPerEpoch === 0 || state.step === plan.steps) await endEpoch(plan, state, validation);
    report(state.step, loss);
    if (checkpoints && state.step % checkpoints.everySteps === 0) await save();
    if (performance.now() - turn > TURN_MS) {
      await yieldTurn(undefined);
      turn = performance.now();
    }
  }
  await save();
}

async function endEpoch(plan: TrainingPlan, state: TrainingState, validation: Validation | undefined): Promise<void> {
  const epoch = state.epochs.length;
  const { parameters, buffers } = state;
  const value = validation ? await validation.evaluate({ parameters, buffers }) : null;
  if (value !== null && !Number.isFinite(value)) {
    throw new IadError(
      'TRAINING_DIVERGED',
      `the validation gives ${value} after epoch ${epoch + 1} of ${plan.epochs}`,
      {
        path: 'train',
      },
    );
  }
  const steps = state.step - epoch * plan.stepsPerEpoch;
  state.epochs.push({ epoch, loss: state.lossSum / steps, validation: value });
  state.lossSum = 0;
  if (value !== null && (state.best === null || value < state.best.value)) {
    disposeBest(state.best);
    state.best = { epoch, value, parameters: copies(parameters), buffers: copies(buffers) };
  }
}

/** Whether the validation has not become better for too long. */
function stopsEarly({ best, epochs }: TrainingState, validation: Validation | undefined): boolean {
  if (validation?.patience === undefined || !best) return false;
  return epochs.length - 1 - best.epoch >= validation.patience;
}

function finish(state: TrainingState, plan: TrainingPlan, validation: Validation | undefined): TrainingResult {
  const { best, epochs, step } = state;
  const from = best ?? state;
  return {
    parameters: copies(from.parameters),
    buffers: copies(from.buffers),
    epochs,
    epoch: best?.epoch ?? epochs.length - 1,
    steps: step,
    stoppedEarly: step < plan.steps && stopsEarly(state, validation),
  };
}

function checkOptions({ checkpoints, validation }: TrainingOptions): void {
  const numbers = { everySteps: checkpoints?.everySteps, patience: validation?.patience };
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
    throw new IadError('BAD_ARGUMENT', `${name} must be a positive integer, not ${value}`, { path: 'train' });
  }
}
