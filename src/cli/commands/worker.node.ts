// iad-tf worker: carries out jobs of `iad-tf benchmark --queue`, which may run on another machine.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { jobTitle } from '../../benchmark/grid/job.js';
import { parseQueueAddress } from '../../benchmark/grid/queue/address.js';
import { runWorker } from '../../benchmark/grid/worker.node.js';
import { addCommon, type CommonOptions, countingNumber } from '../options.node.js';
import { duration } from '../progress-tail.js';
import { openTerminal } from '../terminal.node.js';

interface Options extends CommonOptions {
  queue: string;
  jobs: number;
  dataRoot?: string;
}

export function workerCommand(signal: AbortSignal): Command {
  const command = new Command('worker')
    .description('carry out jobs of iad-tf benchmark --queue, until it is stopped')
    .requiredOption('--queue <address>', 'Redis, such as redis://user:password@host:6379/0; rediss:// for TLS')
    .option('--jobs <n>', 'jobs at once, each in a process of its own', countingNumber, 1)
    .option(
      '--data-root <folder>',
      'folder of the datasets, each in a folder of its name, and of weights files (default: where the benchmark has them)',
    );
  return addCommon(command).action(async (options: Options) => {
    const address = parseQueueAddress(options.queue);
    const terminal = openTerminal(options);
    terminal.note(`Jobs come from ${address.shown}; Ctrl-C puts those under way back`);
    await runWorker({
      address,
      parallel: options.jobs,
      backend: options.backend,
      ...(options.workers !== undefined && { workers: options.workers }),
      ...(options.dataRoot !== undefined && { dataRoot: options.dataRoot }),
      ...(options.module && { modules: options.module.map((path) => resolve(path)) }),
      signal,
      onBegin: (job) => terminal.note(`Begun: ${jobTitle(job)}`),
      onRecord: (record, job) => {
        const end = record.status === 'done' ? 'done' : `failed, ${record.error.message}`;
        terminal.note(`${jobTitle(job)}: ${end}, ${duration(record.duration)}`);
      },
    });
  });
}
