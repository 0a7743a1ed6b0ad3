// iad-tf synth: writes synthetic parts in the layout of MVTec AD.
import { Command, Option } from 'commander';
import { SYNTH_KINDS, type SynthKind, writeSynth } from '../../data/synth/index.js';
import { wholeNumber } from '../options.node.js';
import { openTerminal } from '../terminal.node.js';

interface Options {
  out: string;
  kind?: SynthKind;
  size: number;
  train: number;
  testGood: number;
  testPerDefect: number;
  seed: number;
  quiet?: boolean;
}

export function synthCommand(signal: AbortSignal): Command {
  return new Command('synth')
    .description('write synthetic parts with defects and their masks')
    .requiredOption('--out <folder>', 'a folder is made in it for each kind')
    .addOption(new Option('--kind <name>', 'only this kind (default: all)').choices(SYNTH_KINDS))
    .option('--size <pixels>', 'side length', wholeNumber, 256)
    .option('--train <n>', 'good images for training', wholeNumber, 60)
    .option('--test-good <n>', 'good images for testing', wholeNumber, 20)
    .option('--test-per-defect <n>', 'images of each kind of defect', wholeNumber, 6)
    .option('--seed <n>', 'same seed, same images', wholeNumber, 0)
    .option('-q, --quiet', 'no progress')
    .action(async ({ out, kind, quiet, ...counts }: Options) => {
      const terminal = openTerminal({ quiet: quiet ?? false });
      for (const each of kind === undefined ? SYNTH_KINDS : [kind]) {
        const { onProgress } = terminal;
        const { folder, images } = await writeSynth(out, { kind: each, ...counts, onProgress, signal });
        terminal.print(`${folder}: ${images} images`);
      }
    });
}
