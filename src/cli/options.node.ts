// Options that several commands share, and how their text becomes values.
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LayoutName } from '../data/dataset.js';
import type { MtdSplit } from '../data/layouts/mtd.js';
import { useBackend } from '../kernels/backend.js';
import type { BackendName } from '../runtime/backend.js';
import { IadError } from '../runtime/errors.js';
import { openTerminal, type Terminal } from './terminal.node.js';

export interface CommonOptions {
  quiet?: boolean;
  backend: BackendName | 'auto';
  workers?: number;
}

export interface DataOptions {
  data: string;
  layout: LayoutName | 'auto';
  split?: MtdSplit;
  seed?: number;
}

/** What every command's action gets besides its own options. */
export interface Outcome {
  exitCode: number;
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Not a number.');
  return value;
}

export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Not a whole number from 0 up.');
  return value;
}

export function countingNumber(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError('Not a whole number from 1 up.');
  return value;
}

/** `512MB`, `2GB`, `1.5GiB` or plain bytes. */
export function byteCount(text: string): number {
  const match = /^([\d.]+)\s*(?:([kMG])(i?)B?)?$/.exec(text.trim());
  if (!match) throw new InvalidArgumentError('Not a size such as 512MB or 2GB.');
  const [, digits = '', unit, binary] = match;
  const power = unit === undefined ? 0 : ' kMG'.indexOf(unit);
  return Math.round(number(digits) * (binary ? 1024 : 1000) ** power);
}

export function list(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

export function addCommon(command: Command): Command {
  const backends = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'];
  return command
    .addOption(new Option('--backend <name>', 'what computes').choices(backends).default('auto'))
    .option('--workers <n>', 'worker threads of backend wasm (default: one per core, at most 8)', countingNumber)
    .option('-q, --quiet', 'results and errors only');
}

export function addData(command: Command): Command {
  return command
    .requiredOption('--data <folder>', 'the dataset')
    .addOption(
      new Option(
        '--layout <name>',
        'mvtec: train/good, test/<defect>, ground_truth; mtd: magnetic tiles; folder: good images only',
      )
        .choices(['auto', 'mvtec', 'mtd', 'folder'])
        .default('auto'),
    )
    .addOption(new Option('--split <name>', 'the split, for layout mtd').choices(['differnet', 'random80']))
    .option('--seed <n>', 'seed of everything random, splits included (default: 0)', wholeNumber);
}

/** A method's configuration: from a JSON file, single options on top. */
export function addMethod(command: Command): Command {
  return command
    .option('--method <id>', 'the method', 'patchcore')
    .option('--config <file>', "JSON file with the method's configuration; the options below override it")
    .addOption(new Option('--variant <name>', 'whose PatchCore').choices(['official', 'anomalib']))
    .option('--backbone <id>', 'feature extractor, see `iad-tf weights list`')
    .option('--layers <names>', 'stages, comma-separated', list)
    .addOption(new Option('--geometry <name>', 'how images become squares').choices(['crop', 'stretch', 'tile']))
    .option('--resize <pixels>', 'short side before crop or tile', wholeNumber)
    .option('--input-size <pixels>', 'side of the network input', wholeNumber)
    .option('--coreset-ratio <share>', 'share of patches kept', number)
    .option('--coreset-count <rows>', 'rows of the memory bank, instead of a share', wholeNumber)
    .option('--reweight <neighbours>', 're-weight the image score (Eq. 7), 1: off', wholeNumber)
    .option('--score-top <n>', 'image score = mean of the n largest patch scores', wholeNumber)
    .option('--calibration-share <share>', 'share of good images held out for the thresholds', number)
    .option('--false-alarm-rate <rate>', 'wanted share of good images flagged', number)
    .option('--memory-budget <size>', 'memory for features while fitting, such as 2GB', byteCount)
    .option('--skip-bad', 'leave out training images that cannot be read, and say which');
}

const METHOD_FIELDS = [
  'variant',
  'backbone',
  'layers',
  'geometry',
  'resize',
  'inputSize',
  'coresetRatio',
  'coresetCount',
  'reweight',
  'scoreTop',
  'calibrationShare',
  'falseAlarmRate',
  'memoryBudget',
  'seed',
];

/** What cannot be chosen for a model that is there already. The seed can: it also draws splits. */
export const METHOD_OPTIONS = [...METHOD_FIELDS, 'method', 'config', 'skipBad'].filter((name) => name !== 'seed');

/** @throws IadError BAD_ARGUMENT for a configuration file that is not there or no JSON object */
export async function methodConfig(options: Record<string, unknown>): Promise<Record<string, unknown>> {
  const given = METHOD_FIELDS.filter((field) => options[field] !== undefined).map((field) => [field, options[field]]);
  return { ...(await readConfigFile(options.config)), ...Object.fromEntries(given) };
}

async function readConfigFile(path: unknown): Promise<Record<string, unknown>> {
  if (typeof path !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  } catch (cause) {
    throw new IadError('BAD_ARGUMENT', 'cannot be read as JSON', {
      path,
      hint: 'Check the path and the syntax.',
      cause,
    });
  }
  throw new IadError('BAD_ARGUMENT', 'is not a JSON object', { path, hint: 'Expected {"coresetRatio": 0.1, ...}.' });
}

/** Terminal and backend, ready; says which backend was chosen. */
export async function begin(options: CommonOptions): Promise<Terminal> {
  const terminal = openTerminal(options);
  const { name, device, passedOver } = await useBackend(options.backend);
  const skipped = passedOver.map(({ name: other, reason }) => `${other}: ${reason}`).join('; ');
  terminal.note(`Backend ${name} (${device})${skipped === '' ? '' : `; passed over ${skipped}`}`);
  return terminal;
}

/** The call options that the command line sets. */
export function callOptions(options: CommonOptions, terminal: Terminal, signal: AbortSignal) {
  const { workers } = options;
  return { onProgress: terminal.onProgress, signal, ...(workers === undefined ? {} : { workers }) };
}
