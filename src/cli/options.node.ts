// Options that several commands share, and how their text becomes values.
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LayoutName } from '../data/layouts/layout.js';
import { LAYOUT_NAMES } from '../data/layouts/registry.js';
import { useBackend } from '../kernels/backend.js';
import { importMethods } from '../methods/modules.node.js';
import type { MethodFlag } from '../methods/parts/flags.js';
import { methodFlags, methodInfos } from '../methods/registry.js';
import type { BackendName } from '../runtime/backend.js';
import { IadError } from '../runtime/errors.js';
import { openTerminal, type Terminal } from './terminal.node.js';

export interface CommonOptions {
  quiet?: boolean;
  module?: string[];
  backend: BackendName | 'auto';
  workers?: number;
}

export interface DataOptions {
  data: string;
  layout: LayoutName | 'auto';
  category?: string;
  split?: string;
  seed?: number;
  fold?: number;
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

function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

export function addCommon(command: Command): Command {
  const backends = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'];
  return command
    .option('--module <file>', 'a method of your own, its default export; several: one --module each', collect)
    .hook('preAction', async (_, action) => {
      const { module = [] } = action.opts<CommonOptions>();
      await importMethods(module);
    })
    .addOption(new Option('--backend <name>', 'what computes').choices(backends).default('auto'))
    .option('--workers <n>', 'worker threads of backend wasm (default: one per core, at most 8)', countingNumber)
    .option('-q, --quiet', 'results and errors only');
}

export function addData(command: Command): Command {
  command.requiredOption('--data <folder>', 'the dataset');
  return addWhich(command).option('--seed <n>', 'seed of everything random, splits included (default: 0)', wholeNumber);
}

/** For commands that read a folder and do nothing else. */
export function addLayout(command: Command): Command {
  return addWhich(command)
    .option('--seed <n>', 'repeat of a random split (default: 0)', wholeNumber)
    .option('--json <file>', 'write the report')
    .option('-q, --quiet', 'no progress');
}

function addWhich(command: Command): Command {
  const layouts = ['auto', ...LAYOUT_NAMES];
  return command
    .addOption(new Option('--layout <name>', 'which dataset; see iad-tf data list').choices(layouts).default('auto'))
    .option('--category <name>', 'which category, where there are several')
    .option('--split <name>', 'where a dataset has several; see iad-tf data inspect')
    .option('--fold <n>', 'which part of a cross validation is tested (default: 0)', wholeNumber);
}

/** A method's configuration: from a JSON file, single options on top. Which of them a method has, it says itself. */
export function addMethod(command: Command): Command {
  const ids = methodInfos().map(({ id }) => id);
  command
    .option('--method <id>', `the method: ${ids.join(', ')}, or one that a --module brings`, 'patchcore')
    .option('--config <file>', "JSON file with the method's configuration; the options below override it");
  for (const flag of methodFlags()) command.addOption(methodOption(flag));
  return command.option('--skip-bad', 'leave out training images that cannot be read, and say which');
}

function methodOption({ flag, description, value }: MethodFlag): Option {
  const option = new Option(flag, description);
  if (typeof value !== 'string') return option.choices(value);
  const parse = PARSERS[value];
  return parse ? option.argParser(parse) : option;
}

const PARSERS: Record<Exclude<MethodFlag['value'], readonly string[]>, ((text: string) => unknown) | null> = {
  text: null,
  texts: list,
  number,
  wholeNumber,
  wholeNumberOrText: (text: string) => (/^\d+$/.test(text) ? wholeNumber(text) : text),
  bytes: byteCount,
};

/** Fields of configurations that have an option. */
function methodFields(): string[] {
  return [...methodFlags().map((flag) => methodOption(flag).attributeName()), 'seed'];
}

/** What cannot be chosen for a model that is there already. The seed can: it also draws splits. */
export function methodOptions(): string[] {
  return [...methodFields(), 'method', 'config', 'skipBad'].filter((name) => name !== 'seed');
}

/** @throws IadError BAD_ARGUMENT for a configuration file that is not there or no JSON object */
export async function methodConfig(options: Record<string, unknown>): Promise<Record<string, unknown>> {
  const given = methodFields()
    .filter((field) => options[field] !== undefined)
    .map((field) => [field, options[field]]);
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
