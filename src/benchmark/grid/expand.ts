// From a configuration to its jobs. Everything that can be known beforehand is checked here, so that no mistake of the
// configuration shows hours later: methods, their options, settings, folders, categories, labelled test images.

import type { Dataset } from '../../data/types.js';
import { createMethod } from '../../methods/registry.js';
import { IadError } from '../../runtime/errors.js';
import { checkEvaluable } from '../evaluate.js';
import type { BackboneOption, DatasetEntry, GridConfig, MethodEntry, SettingEntry } from './config.js';
import { categoriesOf, openCategory } from './datasets.js';
import { hashOf, type Job, type JobDescription, jobTitle, makeJob } from './job.js';
import { type SettingTable, settingOf } from './settings.js';

export interface ExpandOptions {
  readonly settings: SettingTable;
  /** Turns a dataset's folder as configured into one to open. */
  readonly locate: (folder: string) => string;
  readonly signal?: AbortSignal;
}

/**
 * All jobs of a configuration, always in the same order.
 * @throws IadError BAD_CONFIG, BAD_ARGUMENT (unknown method), what opening a dataset throws, ABORTED
 */
export async function expandGrid(config: GridConfig, options: ExpandOptions): Promise<Job[]> {
  const methods = methodsOf(config);
  const settings = config.settings.map((entry) => settingFrom(entry, options.settings));
  const places = (
    await Promise.all(config.datasets.map((entry) => placesOf(entry, config.seeds[0] ?? 0, options)))
  ).flat();
  refuseTwice(
    'datasets',
    [...new Set(places.map(({ entry }) => entry))].map(({ name }) => name),
  );
  const jobs: Job[] = [];
  for (const setting of settings) {
    for (const method of methods) {
      for (const place of places.filter(({ jobs: span }) => span === setting.jobs)) {
        for (const seed of config.seeds) {
          const description: JobDescription = {
            method: { id: method.id, name: method.name, config: fullConfig(method, seed) },
            setting: { id: setting.id, options: setting.options },
            dataset: place.dataset,
            seed,
          };
          jobs.push(await makeJob(description, place.folder));
        }
      }
    }
  }
  refuseTwice(
    'jobs',
    jobs.map(({ id, ...job }) => `${jobTitle({ id, ...job })} (${id})`),
  );
  return jobs;
}

interface Contender {
  readonly id: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Methods with each of their backbones. */
function methodsOf({ methods, backbones, seeds }: GridConfig): Contender[] {
  const entries = methods.map((method): MethodEntry => (typeof method === 'string' ? { id: method } : method));
  refuseTwice(
    'methods',
    entries.map(({ id, name = id }) => name),
  );
  return entries.flatMap(({ id, name = id, config = {}, backbones: own = backbones }) => {
    for (const field of ['backbone', 'seed']) {
      if (!Object.hasOwn(config, field)) continue;
      const hint = `Use "${field}s".`;
      throw new IadError('BAD_CONFIG', `"${field}" is not set there`, { path: `benchmark.methods ${name}`, hint });
    }
    const choices: readonly (BackboneOption | undefined)[] = own ?? [undefined];
    const contenders = choices.map((backbone) => ({ id, name, config: { ...config, ...(backbone && { backbone }) } }));
    for (const contender of contenders) fullConfig(contender, seeds[0] ?? 0);
    return contenders;
  });
}

function fullConfig({ id, config }: Contender, seed: number): Readonly<Record<string, unknown>> {
  const method = createMethod(id, { ...config, seed });
  try {
    return { ...method.config };
  } finally {
    method.dispose();
  }
}

function settingFrom(entry: string | SettingEntry, table: SettingTable) {
  const { id, ...given } = typeof entry === 'string' ? { id: entry } : entry;
  const setting = settingOf(id, table);
  const options = setting.options.safeParse(given);
  if (options.success) return { id, options: options.data, jobs: setting.jobs };
  const [issue] = options.error.issues;
  const path = ['benchmark.settings', id, ...(issue?.path ?? [])].join('.');
  throw new IadError('BAD_CONFIG', issue?.message ?? 'not valid options', { path });
}

interface Place {
  readonly entry: DatasetEntry & { readonly name: string };
  readonly jobs: 'category' | 'dataset';
  readonly folder: string;
  readonly dataset: JobDescription['dataset'];
}

/** A dataset's categories one by one, and all of them together. */
async function placesOf(
  given: string | DatasetEntry,
  seed: number,
  { locate, signal }: ExpandOptions,
): Promise<Place[]> {
  const {
    layout = 'auto',
    split: named,
    ...rest
  }: DatasetEntry = typeof given === 'string' ? { folder: given } : given;
  const split = named ?? null;
  const folder = locate(rest.folder);
  const entry = { ...rest, name: rest.name ?? lastName(folder) };
  const categories = await categoriesOf({ ...entry, folder });
  refuseTwice(`datasets ${entry.name}`, categories.map(String));
  const digests: string[] = [];
  for (const category of categories) {
    const dataset = await openCategory(folder, category, { layout, split, seed });
    await checkEvaluable(dataset, signal);
    digests.push(await imagesHash(dataset));
  }
  const common = { name: entry.name, layout, split };
  const single = categories.map((category, i): Place => {
    const dataset = { ...common, categories: [category], images: digests[i]! };
    return { entry, jobs: 'category', folder, dataset };
  });
  const all = { ...common, categories, images: await hashOf(digests) };
  return [...single, { entry, jobs: 'dataset', folder, dataset: all }];
}

/** Of the names and labels, whatever the split. */
function imagesHash({ train, test }: Dataset): Promise<string> {
  return hashOf([...train, ...test].map(({ id, label }) => `${id} ${label}`).sort());
}

function lastName(folder: string): string {
  return folder.split(/[\\/]/).findLast((part) => part !== '' && part !== '.') ?? folder;
}

/** @throws IadError BAD_CONFIG: results could not be told apart, or were made twice */
function refuseTwice(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  const hint = 'Give each a name of its own, or take one out.';
  throw new IadError('BAD_CONFIG', `"${twice}" is there twice`, { path: `benchmark.${what}`, hint });
}
