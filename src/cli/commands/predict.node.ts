// iad-tf predict: a model and images in, scores and overlays out.
import process from 'node:process';
import { Command } from 'commander';
import { listImages } from '#platform/data/files';
import { type PredictionRecord, predictionRecord, predictionsRecord } from '../../benchmark/index.js';
import { loadMethod } from '../../methods/registry.js';
import type { Prediction } from '../../methods/types.js';
import { overlayWriter } from '../../report/overlay-file.node.js';
import { checkWritable } from '../../runtime/writing.node.js';
import { addCommon, begin, type CommonOptions, callOptions, type Outcome } from '../options.node.js';

interface Options extends CommonOptions {
  model: string;
  json?: boolean;
  out?: string;
  failOnAnomaly?: boolean;
}

const ANOMALY_FOUND = 3;

export function predictCommand(signal: AbortSignal, outcome: Outcome): Command {
  const command = new Command('predict')
    .description('score images with a model')
    .argument('<images...>', 'files, folders or globs')
    .requiredOption('--model <file>', 'the model (.iad)')
    .option('--json', 'print the results as JSON (schemas/predictions.json)')
    .option('--out <folder>', 'write an overlay of each image there (PNG)')
    .option('--fail-on-anomaly', `exit with ${ANOMALY_FOUND} if an image is anomalous`);
  return addCommon(command).action(async (images: string[], options: Options) => {
    const paths = await listImages(images);
    if (options.out !== undefined) await checkWritable('folder', options.out);
    const method = await loadMethod(options.model);
    const terminal = await begin(options);
    const writeOverlay = options.out === undefined ? null : overlayWriter(options.out, method, paths);
    const records: PredictionRecord[] = [];
    const call = callOptions(options, terminal, signal);
    // Lines that appear one by one on the same screen are progress enough, and a bar would be torn apart by them.
    if (!options.json && process.stdout.isTTY) call.onProgress = () => {};
    for await (const prediction of method.predictEach(paths, call)) {
      await writeOverlay?.(prediction, records.length);
      records.push(predictionRecord(prediction));
      if (!options.json) terminal.print(line(prediction));
      if (prediction.isAnomalous && options.failOnAnomaly) outcome.exitCode = ANOMALY_FOUND;
    }
    if (options.out !== undefined) terminal.note(`Overlays: ${options.out}`);
    if (options.json) terminal.print(JSON.stringify(await predictionsRecord(method, records), null, 2));
    method.dispose();
  });
}

function line({ id, score, isAnomalous, pValue }: Prediction): string {
  const verdict = isAnomalous === null ? '' : isAnomalous ? 'ANOMALOUS' : 'good';
  return `${verdict.padEnd(10)} score ${score.toPrecision(6)}${pValue === null ? '' : `  p ${pValue.toPrecision(2)}`}  ${id}`;
}
