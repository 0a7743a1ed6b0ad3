// The options of `fit` for methods that train: where the training is kept, so that it can be gone on with.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { TrainedFitOptions } from '../methods/parts/trained/index.js';
import { TrainedMethod } from '../methods/parts/trained-method.js';
import type { AnomalyMethod } from '../methods/types.js';
import { IadError } from '../runtime/errors.js';
import { checkWritable, writing } from '../runtime/writing.node.js';
import type { Terminal } from './terminal.node.js';

export interface TrainingOptions {
  out: string;
  checkpoint?: string;
  resume?: boolean;
  cacheFolder?: string;
}

export function addTraining(command: Command): Command {
  return command
    .option('--checkpoint <file>', 'trained methods: keep the training in this file until the model is written')
    .option('--resume', 'go on with the training in the checkpoint, if there is one')
    .option(
      '--cache-folder <folder>',
      'keep features here, for other fits on the same images; they are rounded to float16',
    );
}

/**
 * What `fit` is given of them.
 * @throws IadError BAD_ARGUMENT for a method that does not train, --resume without a checkpoint, a checkpoint in the model's place, and
 *   one that is there though nothing is to be gone on with; WRITE_FAILED
 */
export async function trainingOptions(
  { out, checkpoint, resume = false, cacheFolder }: TrainingOptions,
  method: AnomalyMethod,
): Promise<Pick<TrainedFitOptions, 'checkpoint' | 'cacheFolder'>> {
  const given = { ...(checkpoint !== undefined && { checkpoint }), ...(cacheFolder !== undefined && { cacheFolder }) };
  if (resume && checkpoint === undefined) {
    throw new IadError('BAD_ARGUMENT', 'needs a checkpoint to go on with', {
      path: '--resume',
      hint: 'Name it by --checkpoint.',
    });
  }
  if (checkpoint !== undefined && !(method instanceof TrainedMethod)) {
    const hint = 'Leave it out.';
    throw new IadError('BAD_ARGUMENT', `${method.info.name} trains nothing`, { path: '--checkpoint', hint });
  }
  if (checkpoint !== undefined) {
    if (resolve(checkpoint) === resolve(out)) {
      const hint = 'Name another file: it is removed when the model is written.';
      throw new IadError('BAD_ARGUMENT', `${out} is to be the model`, { path: '--checkpoint', hint });
    }
    await checkWritable('file', checkpoint);
    if (!resume && existsSync(checkpoint)) {
      throw new IadError('BAD_ARGUMENT', 'there is a checkpoint already', {
        path: checkpoint,
        hint: 'Add --resume to go on with it, or remove it to start afresh.',
      });
    }
  }
  if (cacheFolder !== undefined) await checkWritable('folder', cacheFolder);
  return given;
}

/** Runs a fit; if it fails and left a checkpoint that it can go on from, says how. */
export async function keepingCheckpoint<T>(
  { checkpoint }: TrainingOptions,
  terminal: Terminal,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    // Another's checkpoint, or one from which the same steps would diverge again.
    const isNoUse =
      error instanceof IadError && (error.code.startsWith('MODEL_') || error.code === 'TRAINING_DIVERGED');
    if (checkpoint !== undefined && existsSync(checkpoint) && !isNoUse) {
      terminal.note(`The training is kept in ${checkpoint}: the same command with --resume goes on with it.`);
    }
    throw error;
  }
}

/** The model is written: its training is not needed any more. @throws IadError WRITE_FAILED */
export async function removeCheckpoint({ checkpoint }: TrainingOptions): Promise<void> {
  if (checkpoint !== undefined) await writing(checkpoint, () => rm(checkpoint, { force: true }));
}
