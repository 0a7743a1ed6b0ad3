// The records of a results folder, sorted into what tables are made of: datasets, settings, methods, repeats.
import { publishedNames } from '../../data/layouts/published.js';
import { methodInfos } from '../../methods/registry.js';
import { backboneName, canonical } from '../grid/job.js';
import type { GridManifest, JobOutcome, JobRecord } from '../grid/record.js';
import { parseSetting, type Setting } from '../settings/index.js';

export type DoneRecord = Extract<JobRecord, { status: 'done' }>;

/** A column of the tables: a method by its name in the benchmark and its backbone, which no two configurations share. */
export interface Contender {
  readonly label: string;
  /** In the benchmark; columns of several backbones share it. */
  readonly name: string;
  readonly id: string;
  readonly backbone: string | null;
  /** SHA-256 of the module that brings it; null for a method of the library. */
  readonly code: string | null;
  /** Without the seed; that of its first job, for a setting may change fields of it. */
  readonly config: Config;
}

type Config = Readonly<Record<string, unknown>>;

interface StudyJob {
  readonly method: Contender;
  readonly repeat: number;
  readonly categories: readonly string[];
  readonly record: JobRecord;
}

/** A dataset under a learning setting. */
export interface Study {
  readonly settingId: string;
  readonly setting: Setting;
  readonly baseSeeds: readonly number[];
  /** Which repeats there are, failed ones among them. */
  readonly repeats: readonly number[];
  readonly jobs: readonly StudyJob[];
  /** Names in the benchmark of the methods that do not serve the setting. */
  readonly unserved: readonly string[];
}

export interface StudiedDataset {
  /** With the split where it is there by several. */
  readonly name: string;
  readonly folder: string;
  /** The published dataset that it is; null for any other. */
  readonly id: string | null;
  readonly layout: string;
  readonly split: string;
  readonly categories: readonly string[];
  /** All of a published dataset. */
  readonly allCategories: readonly string[] | null;
  readonly studies: readonly Study[];
}

export interface Gathered {
  readonly methods: readonly Contender[];
  readonly datasets: readonly StudiedDataset[];
}

/** Everything in the order of its first record; categories of published datasets in the order of the publication. */
export function gather(records: readonly JobRecord[], skipped: GridManifest['skipped']): Gathered {
  const methods = contenders(records);
  const places = grouped(records, ({ description: { dataset } }) =>
    canonical([dataset.name, dataset.id, dataset.layout, dataset.split, dataset.fold]),
  );
  const names = places.map(([first]) => first.description.dataset.name);
  const datasets = places.map((group): StudiedDataset => {
    const { name, id, layout, split, fold } = group[0].description.dataset;
    const all = publishedNames(id);
    // A dataset may be there by several splits.
    const alone = names.filter((other) => other === name).length === 1;
    const cut = [split, ...(fold === 0 ? [] : [`fold ${fold}`])].join(', ');
    const seen = [...new Set(group.flatMap(({ description }) => description.dataset.categories))];
    // The layout says which dataset it is, not the name.
    const known = id === layout && all.length > 0 && seen.every((category) => all.includes(category));
    return {
      name: alone ? name : `${name} (${cut})`,
      folder: name,
      id: known ? id : null,
      layout,
      split: cut,
      categories: known ? all.filter((category) => seen.includes(category)) : seen,
      allCategories: known ? all : null,
      studies: grouped(group, ({ description }) => description.setting.id).map((jobs) => study(jobs, methods, skipped)),
    };
  });
  return { methods: [...new Set(methods.values())], datasets };
}

function study(
  records: readonly [JobRecord, ...JobRecord[]],
  methods: ReadonlyMap<string, Contender>,
  skipped: GridManifest['skipped'],
): Study {
  const { setting } = records[0].description;
  const distinct = (of: (record: JobRecord) => number) => [...new Set(records.map(of))].sort((a, b) => a - b);
  return {
    settingId: setting.id,
    setting: parseSetting(setting.options),
    baseSeeds: distinct(({ description }) => description.baseSeed),
    repeats: distinct(({ description }) => description.seed),
    jobs: records.map((record) => ({
      method: methods.get(contenderKey(record))!,
      repeat: record.description.seed,
      categories: record.description.dataset.categories,
      record,
    })),
    unserved: skipped.flatMap(({ unserved }) => (unserved?.setting === setting.id ? unserved.method : [])),
  };
}

/** By `contenderKey`. */
function contenders(records: readonly JobRecord[]): Map<string, Contender> {
  const found = new Map<string, Contender>();
  const taken = new Set<string>();
  const groups = grouped(records, contenderKey);
  const names = groups.map(([{ description }]) => nameOf(description.method));
  for (const [i, [first]] of groups.entries()) {
    const { method } = first.description;
    const backbone = backboneName(first.description);
    const name = names[i]!;
    const shared = names.filter((other) => other === name).length > 1;
    const plain = shared && backbone !== null ? `${name} (${backbone})` : name;
    let label = plain;
    for (let n = 2; taken.has(label); n++) label = `${plain} #${n}`;
    taken.add(label);
    found.set(contenderKey(first), {
      label,
      name: method.name,
      id: method.id,
      backbone,
      code: method.code,
      config: withoutSeed(method.config),
    });
  }
  return found;
}

function contenderKey({ description: { method } }: JobRecord): string {
  return canonical([method.id, method.name, method.code, method.config.backbone]);
}

function withoutSeed({ seed: _, ...config }: Config): Config {
  return config;
}

/** As the jobs of a study have it. */
export function configIn({ jobs }: Pick<Study, 'jobs'>, method: Contender): Config {
  const own = jobs.find((job) => job.method === method);
  return own ? withoutSeed(own.record.description.method.config) : method.config;
}

/** As papers print it, unless the benchmark gives it a name of its own. */
function nameOf({ id, name }: { readonly id: string; readonly name: string }): string {
  return name === id ? (methodInfos().find((info) => info.id === id)?.name ?? id) : name;
}

/** Groups of items with the same key, in the order of first appearance. */
export function grouped<T>(items: readonly T[], key: (item: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

/** Whether the benchmark has jobs of the method in the study, done or to be done. */
export function isServed({ unserved }: Study, { name }: Contender): boolean {
  return !unserved.includes(name);
}

export function isDone(record: JobRecord): record is DoneRecord {
  return record.status === 'done';
}

/** What a model keeps after its last task, or after the one named. */
export function learnedText({ outcomes }: DoneRecord, task = outcomes.at(-1)?.after): string {
  const learned = outcomes.find(({ after }) => after === task)?.evaluation.learned ?? [];
  return learned.map(({ name, shape }) => `${name} ${shape.join(' x ')}`).join(', ');
}

/** The test of a category in a job of its own. */
export function outcomeOf({ outcomes }: DoneRecord, category: string): JobOutcome | undefined {
  return outcomes.find(({ after, on }) => on === category && after === category);
}
