// iad-tf fit: good images in, a model file out.
import { Command } from 'commander';
import { openDataset } from '../../data/dataset.js';
import { isBadImage } from '../../methods/parts/inputs.js';
import { createMethod } from '../../methods/registry.js';
import type { AnomalyMethod, FitResult } from '../../methods/types.js';
import { checkWritable } from '../../runtime/writing.node.js';
import {
  addCommon,
  addData,
  addMethod,
  begin,
  type CommonOptions,
  callOptions,
  type DataOptions,
  methodConfig,
} from '../options.node.js';
import type { Terminal } from '../terminal.node.js';
import {
  addTraining,
  keepingCheckpoint,
  removeCheckpoint,
  type TrainingOptions,
  trainingOptions,
} from '../training.node.js';

interface Options extends CommonOptions, DataOptions, TrainingOptions {
  method: string;
  out: string;
  skipBad?: boolean;
}

export function fitCommand(signal: AbortSignal): Command {
  const command = new Command('fit')
    .description('learn from the good images of a folder and write a model')
    .requiredOption('--out <file>', 'the model file to write (.iad)');
  return addCommon(addTraining(addMethod(addData(command)))).action(async (options: Options) => {
    const method = createMethod(options.method, await methodConfig({ ...options }));
    const dataset = await openDataset(options.data, options);
    await checkWritable('file', options.out);
    const training = await trainingOptions(options, method);
    const terminal = await begin(options);
    const call = { ...callOptions(options, terminal, signal), ...training, skipBad: options.skipBad ?? false };
    const fit = await keepingCheckpoint(options, terminal, () =>
      namingSkipBad(terminal, () => method.fit(dataset.train, call)),
    );
    await method.save(options.out);
    await removeCheckpoint(options);
    noteFit(terminal, fit, dataset.warnings);
    terminal.print(`${options.out}: ${fitSummary(fit, method)}`);
    method.dispose();
  });
}

/** Runs a fit; if it fails because of an image, says how to do without such images. */
export async function namingSkipBad<T>(terminal: Terminal, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error && isBadImage(error)) {
      terminal.note('With --skip-bad, training images that cannot be read are left out and named.');
    }
    throw error;
  }
}

/** What the model was made of. */
export function fitSummary({ images, calibrationImages }: FitResult, { learned }: AnomalyMethod): string {
  const heldOut = calibrationImages > 0 ? `, ${calibrationImages} held out for the thresholds` : '';
  const sizes = learned.map(({ name, shape }) => `${name} ${shape.join(' x ')}`);
  return `${images} good images${heldOut}; ${sizes.join(', ')}`;
}

/** Says what a person should know about a fit: images left out, warnings. */
export function noteFit(terminal: Terminal, fit: FitResult, warnings: readonly string[]): void {
  for (const { reason } of fit.skipped) terminal.note(`Left out: ${reason}`);
  for (const warning of [...warnings, ...fit.warnings]) terminal.note(`Note: ${warning}`);
}
