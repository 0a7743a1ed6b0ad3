// iad-tf benchmark run: methods x datasets x categories x settings x repeats x backbones; one record for each in the results folder.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runBenchmark } from '../../benchmark/grid/index.node.js';
import { type Job, jobTitle, type Shard } from '../../benchmark/grid/job.js';
import { parseQueueAddress } from '../../benchmark/grid/queue/address.js';
import type { JobRecord } from '../../benchmark/grid/record.js';
import type { GridProgress } from '../../benchmark/grid/run.js';
import { gridTable, tableText } from '../../benchmark/grid/table.js';
import { LAYOUT_NAMES } from '../../data/layouts/registry.js';
import { IadError } from '../../runtime/errors.js';
import {
  addCommon,
  begin,
  type CommonOptions,
  countingNumber,
  list,
  type Outcome,
  wholeNumber,
} from '../options.node.js';
import { duration } from '../progress-tail.js';
import { openTerminal, stopProgress, type Terminal } from '../terminal.node.js';

interface Options extends CommonOptions {
  out: string;
  config?: string;
  methods?: string[];
  data?: string[];
  layout?: string;
  split?: string;
  fold?: number;
  categories?: string[];
  settings?: string[];
  seeds?: number[];
  baseSeed?: number;
  backbones?: string[];
  cacheFeatures?: boolean;
  jobs?: number;
  queue?: string;
  shard?: Shard;
  retryFailed?: boolean;
}

/** Flags that describe the grid; a configuration file says it all. */
const GRID = [
  'module',
  'methods',
  'data',
  'layout',
  'split',
  'fold',
  'categories',
  'settings',
  'seeds',
  'baseSeed',
  'backbones',
  'cacheFeatures',
] as const;

export function benchmarkRunCommand(signal: AbortSignal, outcome: Outcome): Command {
  const command = new Command('run')
    .description('run methods on datasets, one record per job; the same command goes on where it was stopped')
    .requiredOption('--out <folder>', 'the results: grid.json and jobs/<id>.json')
    .addOption(new Option('--config <file>', 'the grid as JSON (schemas/benchmark.json)').conflicts([...GRID]))
    .option('--methods <ids>', 'methods, with commas between them', list)
    .option('--data <folders...>', 'datasets, with one category or more')
    .addOption(
      new Option('--layout <name>', 'of all datasets; see iad-tf data list').choices(['auto', ...LAYOUT_NAMES]),
    )
    .option('--split <name>', 'of all datasets, where they have several')
    .option('--fold <n>', 'which part of a cross validation is tested (default: 0)', wholeNumber)
    .option('--categories <names>', 'only these', list)
    .option(
      '--settings <words...>',
      'learning settings, such as few-shot:m=4,augmentation=rotation (default: unsupervised)',
    )
    .option('--seeds <numbers>', 'repeats from 0 (default: as many as each setting asks for)', (text: string) =>
      list(text).map(wholeNumber),
    )
    .option('--base-seed <n>', 'what all randomness comes from (default: 66)', wholeNumber)
    .option('--backbones <ids>', "instead of the methods' own", list)
    .option('--cache-features', 'methods with the same backbone share its passes; rounded to float16, without times')
    .option(
      '--jobs <n>',
      'jobs at once, in child processes (default: one after another in this process)',
      countingNumber,
    )
    .addOption(
      new Option('--queue <address>', 'let iad-tf worker do the jobs: redis://user:password@host:6379/0').conflicts([
        'jobs',
        'workers',
        'backend',
      ]),
    )
    .option('--shard <i/n>', 'only the i-th of n parts of the jobs, for several machines', shard)
    .option('--retry-failed', 'run jobs again that failed in an earlier run');
  return addCommon(command).action(async (options: Options) => {
    const config = await gridConfig(options);
    const queue = options.queue === undefined ? undefined : parseQueueAddress(options.queue);
    // Children and workers have backends of their own.
    const alone = options.jobs === undefined && queue === undefined;
    const terminal = alone ? await begin(options) : openTerminal(options);
    const records = await runBenchmark(config, {
      out: options.out,
      ...(options.config !== undefined && { base: dirname(options.config) }),
      processes: options.jobs ?? 0,
      backend: options.backend,
      ...(options.workers !== undefined && { workers: options.workers }),
      ...(queue && { queue, onNoWorker: () => terminal.note(`No worker yet: iad-tf worker --queue ${queue.shown}`) }),
      ...(options.shard && { shard: options.shard }),
      retryFailed: options.retryFailed ?? false,
      signal,
      onBegin: ({ jobs, skipped }, recorded) => {
        for (const { what, reason } of skipped) terminal.note(`Skipped: ${what}: ${reason}`);
        terminal.note(`${jobs.length} jobs, ${recorded} of them recorded in ${options.out}`);
      },
      onRecord: (record, job, progress) => noteRecord(terminal, record, job, progress),
      ...(alone && { onProgress: (_, event) => terminal.onProgress(event) }),
    });
    terminal.print(tableText(gridTable(records)));
    const failed = records.filter(({ status }) => status === 'failed').length;
    if (failed === 0) return;
    terminal.note(`${failed} of ${records.length} jobs failed; --retry-failed runs them again`);
    outcome.exitCode = 1;
  });
}

function shard(text: string): Shard {
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError('Not a part such as 1/4, from 1/n to n/n.');
}

/** @throws IadError BAD_ARGUMENT */
async function gridConfig(options: Options): Promise<unknown> {
  const {
    config: path,
    module: modules,
    methods,
    data,
    layout,
    split,
    fold,
    categories,
    settings,
    seeds,
    baseSeed,
    backbones,
    cacheFeatures,
  } = options;
  if (path !== undefined) {
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (cause) {
      const hint = 'Check the path and the syntax.';
      throw new IadError('BAD_ARGUMENT', 'cannot be read as JSON', { path, hint, cause });
    }
  }
  if (methods === undefined || data === undefined) {
    throw new IadError('BAD_ARGUMENT', 'neither a configuration nor methods and data', {
      path: 'benchmark',
      hint: 'Use --config <file>, or --methods and --data.',
    });
  }
  return {
    modules,
    methods,
    datasets: data.map((folder) => ({ folder, layout, split, fold, categories })),
    settings,
    seeds,
    baseSeed,
    backbones,
    cacheFeatures,
  };
}

function noteRecord(terminal: Terminal, record: JobRecord, job: Job, { done, total, remainingMs }: GridProgress): void {
  stopProgress();
  const left = done === total || remainingMs === undefined ? '' : `, left ${duration(remainingMs)}`;
  terminal.note(`[${done}/${total}${left}] ${jobTitle(job)}: ${resultOf(record)}, ${duration(record.duration)}`);
}

function resultOf(record: JobRecord): string {
  if (record.status === 'failed') return `failed, ${record.error.message}`;
  const last = record.outcomes.at(-1)?.evaluation;
  const show = (value: number | null | undefined) => value?.toFixed(4) ?? '-';
  return `image AUROC ${show(last?.image.auroc)}, pixel AUROC ${show(last?.pixel?.auroc)}`;
}
