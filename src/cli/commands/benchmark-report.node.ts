// iad-tf benchmark report: a results folder in, tables and plots out.
import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { readResults } from '../../benchmark/grid/folder.node.js';
import { writeBenchmarkReport } from '../../report/benchmark/write.node.js';
import { count } from '../../report/format.js';
import { IadError } from '../../runtime/errors.js';
import { openTerminal } from '../terminal.node.js';

interface Options {
  out: string;
  dataRoot?: string;
  quiet?: boolean;
}

export function benchmarkReportCommand(signal: AbortSignal): Command {
  return new Command('report')
    .description('tables and plots of a results folder, of a run that is over or not')
    .argument('<results>', 'the results folder of a benchmark')
    .requiredOption('--out <folder>', 'where report.html, report.md, report.json and results.csv go')
    .option(
      '--data-root <folder>',
      'the folder that holds the datasets by their names, for pictures of the worst images',
    )
    .option('-q, --quiet', 'results and errors only')
    .action(async (folder: string, options: Options) => {
      const { out, dataRoot } = options;
      if (dataRoot !== undefined) await checkFolder(dataRoot);
      const terminal = openTerminal(options);
      const results = await readResults(folder);
      const { report, page, missingPictures } = await writeBenchmarkReport(out, results, {
        signal,
        ...(dataRoot !== undefined && { dataRoot }),
      });
      const { all, done, failed } = report.jobs;
      if (done < all)
        terminal.note(`${done} of ${count(all, 'job')} done, ${failed} failed, ${all - done - failed} not run`);
      if (missingPictures > 0) terminal.note(`${count(missingPictures, 'image')} not found in ${dataRoot}`);
      terminal.print(`Report: ${page}`);
    });
}

async function checkFolder(path: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) return;
  throw new IadError('FOLDER_NOT_FOUND', 'no such folder', { path, hint: 'Check the path.' });
}
