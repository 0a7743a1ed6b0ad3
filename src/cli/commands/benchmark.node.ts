// iad-tf benchmark: runs a grid of methods and datasets. `run` is what it does unless told otherwise.
import { Command } from 'commander';
import type { Outcome } from '../options.node.js';
import { benchmarkReportCommand } from './benchmark-report.node.js';
import { benchmarkRunCommand } from './benchmark-run.node.js';

export function benchmarkCommand(signal: AbortSignal, outcome: Outcome): Command {
  return new Command('benchmark')
    .description('methods on datasets, under learning settings')
    .addCommand(benchmarkRunCommand(signal, outcome), { isDefault: true })
    .addCommand(benchmarkReportCommand(signal));
}
