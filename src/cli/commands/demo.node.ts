// iad-tf demo: the whole way on synthetic parts, from good images to a report.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { evaluate } from '../../benchmark/index.js';
import { openDataset } from '../../data/dataset.js';
import { writeSynth } from '../../data/synth/index.js';
import { createMethod } from '../../methods/registry.js';
import { addCommon, begin, type CommonOptions, callOptions } from '../options.node.js';
import { summary } from '../summary.node.js';
import { fitSummary, noteFit } from './fit.node.js';
import { reportTo } from './report.node.js';

interface Options extends CommonOptions {
  out: string;
}

/** Enough good boards that the held-out ones give a meaningful threshold, few enough for a short demonstration. */
const PARTS = { kind: 'board', seed: 0, size: 256, train: 100, testGood: 20, testPerDefect: 5 } as const;
const CONFIG = { calibrationShare: 0.3, falseAlarmRate: 0.05, seed: 0 };

export function demoCommand(signal: AbortSignal): Command {
  const command = new Command('demo')
    .description('make synthetic circuit boards, fit PatchCore, evaluate, write a report')
    .option('--out <folder>', 'for the parts, the model and the report', 'demo-out');
  return addCommon(command).action(async (options: Options) => {
    const terminal = await begin(options);
    const out = resolve(options.out);
    const call = callOptions(options, terminal, signal);
    const parts = join(out, 'parts');
    const folder = join(parts, PARTS.kind);
    if (existsSync(folder)) terminal.note(`Using the parts made earlier in ${folder}`);
    else {
      terminal.note(`Making ${PARTS.train} good and some defective synthetic circuit boards in ${folder}`);
      await writeSynth(parts, { ...PARTS, onProgress: terminal.onProgress, signal });
    }
    const dataset = await openDataset(folder);
    const method = createMethod('patchcore', CONFIG);
    terminal.note('Fitting PatchCore on the good ones');
    const fit = await method.fit(dataset.train, call);
    noteFit(terminal, fit, dataset.warnings);
    await method.save(join(out, 'boards.iad'));
    terminal.print(`fitted on ${fitSummary(fit, method)}`);
    terminal.note('Scoring the test images');
    const evaluation = await evaluate(method, dataset, { ...call, fit });
    terminal.print(summary(evaluation));
    terminal.note('Writing the report');
    terminal.print(`Report: ${await reportTo(out, method, dataset, evaluation, call)}`);
    method.dispose();
  });
}
