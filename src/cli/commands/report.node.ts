// iad-tf report: a model and a dataset in, a folder with report.html and pictures out.
import { Command } from 'commander';
import { type Evaluation, evaluate } from '../../benchmark/index.js';
import { openDataset } from '../../data/dataset.js';
import type { Dataset } from '../../data/types.js';
import { loadMethod } from '../../methods/registry.js';
import type { AnomalyMethod, CallOptions } from '../../methods/types.js';
import { collectCases } from '../../report/collect-cases.js';
import { checkReportFolder } from '../../report/folder.node.js';
import { selectCases, writeReport } from '../../report/index.js';
import { addCommon, addData, begin, type CommonOptions, callOptions, type DataOptions } from '../options.node.js';
import { summary } from '../summary.node.js';

interface Options extends CommonOptions, DataOptions {
  model: string;
  out: string;
}

export function reportCommand(signal: AbortSignal): Command {
  const command = new Command('report')
    .description('score a dataset with a model and write a report with pictures')
    .requiredOption('--model <file>', 'the model (.iad)')
    .requiredOption('--out <folder>', 'where the report goes');
  return addCommon(addData(command)).action(async (options: Options) => {
    const dataset = await openDataset(options.data, options);
    await checkReportFolder(options.out);
    const method = await loadMethod(options.model);
    const terminal = await begin(options);
    const call = callOptions(options, terminal, signal);
    const evaluation = await evaluate(method, dataset, { ...call, fit: null });
    terminal.print(summary(evaluation));
    terminal.print(`Report: ${await reportTo(options.out, method, dataset, evaluation, call)}`);
    method.dispose();
  });
}

/** Pictures of the worst and the clearest cases beside the numbers. */
export async function reportTo(
  folder: string,
  method: AnomalyMethod,
  dataset: Dataset,
  evaluation: Evaluation,
  call: CallOptions,
): Promise<string> {
  const ids = selectCases(evaluation, { falseAlarms: 8, misses: 8, hits: 8 });
  const pixelThreshold = method.thresholds?.pixel ?? null;
  const { signal } = call;
  const cases = collectCases(method, dataset, ids, call);
  return writeReport(folder, evaluation, cases, { pixelThreshold, ...(signal && { signal }) });
}
