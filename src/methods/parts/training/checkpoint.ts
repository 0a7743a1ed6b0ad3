// A training's state as one safetensors file, and back, bit for bit. Random numbers are functions of seed and step: none are kept.
import type { Tensor } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { readSafetensors } from '../../../backbones/formats/safetensors.js';
import { checkSeal, writeSealed } from '../../../backbones/formats/sealed.js';
import { type RawTensor, type TensorMap, toFloat32 } from '../../../backbones/formats/tensor.js';
import { IadError } from '../../../runtime/errors.js';
import { stateShape } from './optimizer.js';
import type { Length } from './schedule.js';
import { disposeState, type TrainingState } from './state.js';
import type { Optimizers, Tensors } from './types.js';

/** The largest checkpoint, bytes: the most that Node reads at once. */
export const MAX_CHECKPOINT_BYTES = 2 ** 31 - 1;
/** More than any header takes. */
const HEADER_ROOM = 2 ** 22;
/** The most that the tensors of a checkpoint take together. */
export const MAX_TENSOR_BYTES = MAX_CHECKPOINT_BYTES - HEADER_ROOM;

const SCHEMA_VERSION = 1;
const HINT = 'Is it a checkpoint of this training, copied whole? Remove it to start afresh.';

const epoch = z.strictObject({ epoch: z.int().nonnegative(), loss: z.number(), validation: z.number().nullable() });
type Block = z.output<typeof BLOCK>;
const BLOCK = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** What must be the same for the training to go on; see {@link Setting.description}. */
  description: z.string(),
  step: z.int().nonnegative(),
  lossSum: z.number(),
  epochs: z.array(epoch),
  best: z.strictObject({ epoch: z.int().nonnegative(), value: z.number() }).nullable(),
});

/** What a state belongs to. */
export interface Setting extends Length {
  readonly parameters: Tensors;
  readonly buffers: Tensors;
  readonly optimizers: Optimizers;
  readonly isValidated: boolean;
  /** All that the course of the training depends on, as text. */
  readonly description: string;
}

/**
 * @throws IadError BAD_ARGUMENT if it would be larger than can be read again; TRAINING_DIVERGED if a value is not finite, which the step that
 *   comes next would find: such a state must not take the place of the last good one
 */
export async function encodeCheckpoint(state: TrainingState, { description }: Setting): Promise<Uint8Array> {
  const named = namedTensors(state);
  const total = named.reduce((sum, [, tensor]) => sum + 4 * tensor.size, 0);
  if (total > MAX_TENSOR_BYTES) {
    throw new IadError(
      'BAD_ARGUMENT',
      `a checkpoint holds at most ${MAX_CHECKPOINT_BYTES} bytes, this takes ${total}`,
      {
        path: 'checkpoints',
        hint: 'Train without checkpoints.',
      },
    );
  }
  const { step, lossSum, epochs, best } = state;
  const raw = await Promise.all(
    named.map(async ([name, tensor]): Promise<[string, RawTensor]> => {
      const values = await tensor.data<'float32'>();
      if (!values.every(Number.isFinite)) {
        const hint = 'Use a lower learning rate or clip the gradients.';
        throw new IadError('TRAINING_DIVERGED', `${name} is not finite after step ${step}`, { path: 'train', hint });
      }
      const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return [name, { dtype: 'F32', shape: tensor.shape, data }];
    }),
  );
  const block: Block = {
    schemaVersion: SCHEMA_VERSION,
    description,
    step,
    lossSum,
    epochs,
    best: best && { epoch: best.epoch, value: best.value },
  };
  return writeSealed(new Map(raw), { training: JSON.stringify(block) });
}

function namedTensors({ parameters, moments, buffers, best }: TrainingState): [string, Tensor][] {
  const under = (folder: string, tensors: Tensors) =>
    Object.entries(tensors).map(([name, tensor]): [string, Tensor] => [`${folder}/${name}`, tensor]);
  return [
    ...under('parameters', parameters),
    ...under('moments', moments),
    ...under('buffers', buffers),
    ...(best ? [...under('best/parameters', best.parameters), ...under('best/buffers', best.buffers)] : []),
  ];
}

/**
 * @param path for messages
 * @throws IadError MODEL_FORMAT for a foreign or truncated file, a course that this training cannot have taken, or values that are not
 *   finite; MODEL_CORRUPT if its digest is wrong; MODEL_MISMATCH if it is of another training
 */
export async function decodeCheckpoint(bytes: Uint8Array, setting: Setting, path: string): Promise<TrainingState> {
  const foreign = (what: string) => new IadError('MODEL_FORMAT', what, { path, hint: HINT });
  const { tensors, metadata } = readSafetensors(bytes, { path, code: 'MODEL_FORMAT' });
  const block = BLOCK.safeParse(parsed(metadata.training));
  const isSealed = await checkSeal(bytes, { path, hint: HINT });
  if (!block.success || !isSealed) throw foreign('no checkpoint of this version of iad-tf');
  const { description, step, lossSum, epochs, best } = block.data;
  if (description !== setting.description) {
    throw new IadError('MODEL_MISMATCH', 'the checkpoint is of a training with other settings, shapes or data', {
      path,
      hint: 'Remove it to start afresh, or train with the settings of before.',
    });
  }
  if (!isCourseOf(setting, block.data)) throw foreign(`its ${epochs.length} epochs do not fit its ${step} steps`);
  const { parameters, buffers, optimizers } = setting;
  const left = new Map(tensors);
  const take = (name: string, shape: readonly number[]): RawTensor => {
    const raw = left.get(name);
    left.delete(name);
    if (raw?.dtype !== 'F32' || `${raw.shape}` !== `${shape}`) {
      throw foreign(`lacks the float32 tensor ${name} [${shape}]`);
    }
    if (!toFloat32(raw, name, path).every(Number.isFinite))
      throw foreign(`its ${name} holds values that are no numbers`);
    return raw;
  };
  const raws = (folder: string, like: Tensors) => under(folder, like, ({ shape }) => shape, take);
  const found = {
    parameters: raws('parameters', parameters),
    moments: under('moments', parameters, (tensor, name) => momentsShape(optimizers, name, tensor), take),
    buffers: raws('buffers', buffers),
    best: best && { parameters: raws('best/parameters', parameters), buffers: raws('best/buffers', buffers) },
  };
  if (left.size > 0) throw foreign(`has a tensor ${[...left.keys()][0]} that belongs to nothing`);
  const state: TrainingState = { step, lossSum, epochs, parameters: {}, moments: {}, buffers: {}, best: null };
  try {
    state.parameters = tensorsOf(found.parameters, path);
    state.buffers = tensorsOf(found.buffers, path);
    for (const [name, { shape, ...raw }] of found.moments) {
      state.moments[name] = tf.tensor2d(toFloat32({ shape, ...raw }, name, path), [shape[0] ?? 0, shape[1] ?? 0]);
    }
    if (best && found.best) {
      const kept = { parameters: tensorsOf(found.best.parameters, path), buffers: tensorsOf(found.best.buffers, path) };
      state.best = { ...best, ...kept };
    }
    return state;
  } catch (error) {
    disposeState(state);
    throw error;
  }
}

/** Whether a training that is so long can be where the block says, with as many epochs behind it and the best one among them. */
function isCourseOf({ steps, stepsPerEpoch, isValidated }: Setting, { step, epochs, best }: Block): boolean {
  // The last epoch may be cut short.
  const done = step === steps ? Math.ceil(step / stepsPerEpoch) : Math.floor(step / stepsPerEpoch);
  if (step > steps || epochs.length !== done) return false;
  if (epochs.some(({ epoch, validation }, i) => epoch !== i || (validation !== null) !== isValidated)) return false;
  if (!isValidated || done === 0) return best === null;
  return best !== null && epochs[best.epoch]?.validation === best.value;
}

function under(
  folder: string,
  like: Tensors,
  shapeOf: (tensor: Tensor, name: string) => readonly number[],
  take: (name: string, shape: readonly number[]) => RawTensor,
): TensorMap {
  return new Map(
    Object.entries(like).map(([name, tensor]) => [name, take(`${folder}/${name}`, shapeOf(tensor, name))]),
  );
}

function momentsShape(optimizers: Optimizers, name: string, parameter: Tensor): readonly number[] {
  const optimizer = optimizers[name];
  return optimizer ? stateShape(optimizer, parameter) : [];
}

function tensorsOf(raws: TensorMap, path: string): Record<string, Tensor> {
  const entries = [...raws].map(([name, raw]): [string, Tensor] => [
    name,
    tf.tensor(toFloat32(raw, name, path), [...raw.shape], 'float32'),
  ]);
  return Object.fromEntries(entries);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
