// iad-tf data list | inspect | verify: the datasets that are known, and what lies in a folder.
import { Command } from 'commander';
import { writeFileAtomic } from '#platform/runtime/files';
import { type Collection, openCollection } from '../../data/dataset.js';
import { type CategoryReport, inspectDataset } from '../../data/inspect.js';
import { KNOWN_DATASETS, knownDataset } from '../../data/layouts/published.js';
import type { Dataset } from '../../data/types.js';
import { type PartReport, verifyDataset } from '../../data/verify.js';
import { IadError } from '../../runtime/errors.js';
import { checkWritable } from '../../runtime/writing.node.js';
import { addLayout, type DataOptions, type Outcome } from '../options.node.js';
import { openTerminal, type Terminal } from '../terminal.node.js';

type Options = Omit<DataOptions, 'data'> & { json?: string; quiet?: boolean };

export function dataCommand(signal: AbortSignal, outcome: Outcome): Command {
  const command = new Command('data').description('datasets: those that are known, and what lies in a folder');
  command
    .command('list [id]')
    .description('where they are, under which terms, and the folders that are expected; nothing is fetched')
    .action((id?: string) => listKnown(openTerminal({}), id));
  const inspect = command
    .command('inspect <folder>')
    .description('what a folder holds: dataset, counts, sizes, what is wrong with it');
  addLayout(inspect).action(async (folder: string, options: Options) => {
    const terminal = openTerminal(options);
    const report = await inspectDataset(folder, { ...options, onProgress: terminal.onProgress, signal });
    await writeJson(options.json, report);
    const title = knownDataset(report.layout)?.title;
    terminal.print(`${report.name}: layout ${report.layout}${title === undefined ? '' : ` (${title})`}`);
    if (report.splits.length > 1) terminal.print(`splits: ${report.splits.join(', ')}`);
    for (const category of report.categories) printCategory(terminal, category);
    for (const warning of report.warnings) terminal.print(`note: ${warning}`);
    if (report.categories.some(({ problems }) => problems.length > 0)) outcome.exitCode = 1;
  });
  const verify = command.command('verify <folder>').description('decode every image and mask of a dataset');
  addLayout(verify).action(async (folder: string, options: Options) => {
    const terminal = openTerminal(options);
    if (options.json !== undefined) await checkWritable('file', options.json);
    const { onProgress } = terminal;
    const collection = await openCollection(folder, { ...options, onProgress, signal });
    const names = options.category === undefined ? collection.categories : [options.category];
    const reports: Record<string, unknown> = {};
    for (const name of names) {
      const report = await verifyCategory(terminal, collection, name, signal);
      if (report.problems.length > 0) outcome.exitCode = 1;
      reports[name] = report;
    }
    await writeJson(options.json, { layout: collection.layout, name: collection.name, categories: reports });
  });
  return command;
}

/** A category that cannot be opened is a report too, so that the others are verified. */
async function verifyCategory(terminal: Terminal, collection: Collection, name: string, signal: AbortSignal) {
  let dataset: Dataset;
  try {
    dataset = collection.dataset(name);
  } catch (error) {
    if (!(error instanceof IadError)) throw error;
    terminal.print(`${name}:\n  ${error.message}`);
    return { problems: [error.message] };
  }
  const { onProgress } = terminal;
  const report = await verifyDataset(dataset, { onProgress, signal });
  const { images, masks, digest, parts, problems, emptyMasks } = report;
  const warnings = [...dataset.warnings, ...report.warnings];
  terminal.print(`${dataset.name}: ${images} images, ${masks} with masks, ${digest.slice(0, 12)}`);
  for (const [part, counts] of Object.entries(parts)) printPart(terminal, part, counts);
  for (const problem of problems) terminal.print(`  ${problem}`);
  for (const id of emptyMasks) terminal.print(`  note: MASK_EMPTY: ${id}`);
  for (const warning of warnings) terminal.print(`  note: ${warning}`);
  return { ...report, split: dataset.split, warnings };
}

/** @throws IadError `BAD_ARGUMENT` for a dataset that is not known */
function listKnown(terminal: Terminal, id?: string): void {
  if (id !== undefined && knownDataset(id) === undefined) {
    const hint = `Known are ${KNOWN_DATASETS.map((dataset) => dataset.id).join(', ')}.`;
    throw new IadError('BAD_ARGUMENT', `no dataset "${id}"`, { hint });
  }
  for (const dataset of KNOWN_DATASETS.filter((each) => id === undefined || each.id === id)) {
    const { title, home, licence, download, expected, categories } = dataset;
    terminal.print(
      `${dataset.id}  ${title}, ${categories.length} ${categories.length === 1 ? 'category' : 'categories'}`,
    );
    terminal.print(`  ${home}`);
    terminal.print(`  licence: ${licence}; ${download}`);
    for (const line of expected) terminal.print(`    ${line}`);
  }
}

function printCategory(terminal: Terminal, category: CategoryReport): void {
  const { name, counts, defectTypes, hasMasks, sizes, warnings, problems } = category;
  if (counts) {
    const { train, validation, testGood, testAnomalous, setAside } = counts;
    const extra = [
      ...(validation > 0 ? [`${validation} validation`] : []),
      ...(setAside > 0 ? [`${setAside} set aside`] : []),
    ];
    const all = [`${train} train`, ...extra, `${testGood} good and ${testAnomalous} anomalous test`];
    terminal.print(`${name}: ${all.join(', ')} images, ${hasMasks ? 'masks' : 'no masks'}, ${shortened(sizes)}`);
    if (defectTypes.length > 0) terminal.print(`  defects: ${defectTypes.join(', ')}`);
  } else terminal.print(`${name}:`);
  for (const problem of problems) terminal.print(`  ${problem}`);
  for (const warning of warnings) terminal.print(`  note: ${warning}`);
}

function printPart(terminal: Terminal, name: string, part: PartReport): void {
  if (part.images === 0) return;
  const sizes = shortened(Object.keys(part.sizes));
  const modes = shortened(Object.keys(part.modes));
  const counts = `${part.images} images (${part.normal} normal, ${part.anomalous} anomalous), ${part.regions} regions`;
  terminal.print(`  ${name}: ${counts}, ${sizes}, ${modes}`);
}

function shortened(items: readonly string[]): string {
  const more = items.length - 3;
  return items.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

async function writeJson(path: string | undefined, value: unknown): Promise<void> {
  if (path === undefined) return;
  await writeFileAtomic(path, [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)]);
}
