// iad-tf evaluate: fit on a dataset's good images (or load a model), score its test images, write the numbers.
import { Command, Option } from 'commander';
import { writeFileAtomic } from '#platform/runtime/files';
import { checkEvaluable, evaluate } from '../../benchmark/index.js';
import { openDataset } from '../../data/dataset.js';
import { createMethod, loadMethod } from '../../methods/registry.js';
import { checkReportFolder } from '../../report/folder.node.js';
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
  methodOptions,
} from '../options.node.js';
import { summary } from '../summary.node.js';
import { fitSummary, namingSkipBad, noteFit } from './fit.node.js';
import { reportTo } from './report.node.js';

interface Options extends CommonOptions, DataOptions {
  method: string;
  model?: string;
  json?: string;
  report?: string;
  skipBad?: boolean;
}

export function evaluateCommand(signal: AbortSignal): Command {
  const command = new Command('evaluate')
    .description('fit on the good images of a dataset, score its test images')
    .addOption(new Option('--model <file>', 'use this model instead of fitting one').conflicts(methodOptions()))
    .option('--json <file>', 'write everything that was measured (schemas/evaluation.json)')
    .option('--report <folder>', 'write a report with pictures');
  return addCommon(addMethod(addData(command))).action(async (options: Options) => {
    const config = await methodConfig({ ...options });
    const dataset = await openDataset(options.data, options);
    await checkEvaluable(dataset, signal);
    if (options.json !== undefined) await checkWritable('file', options.json);
    if (options.report !== undefined) await checkReportFolder(options.report);
    const method = options.model ? await loadMethod(options.model) : createMethod(options.method, config);
    const terminal = await begin(options);
    const call = callOptions(options, terminal, signal);
    const { skipBad = false } = options;
    const fit = options.model
      ? null
      : await namingSkipBad(terminal, () => method.fit(dataset.train, { ...call, skipBad }));
    if (fit) {
      noteFit(terminal, fit, []);
      terminal.print(`fitted on ${fitSummary(fit, method)}`);
    }
    const evaluation = await evaluate(method, dataset, { ...call, fit });
    for (const warning of evaluation.warnings) if (!fit?.warnings.includes(warning)) terminal.note(`Note: ${warning}`);
    if (options.json)
      await writeFileAtomic(options.json, [new TextEncoder().encode(`${JSON.stringify(evaluation, null, 2)}\n`)]);
    terminal.print(summary(evaluation));
    if (options.report) terminal.print(`Report: ${await reportTo(options.report, method, dataset, evaluation, call)}`);
    method.dispose();
  });
}
