// One cell of the grid: plain data that can be sent to another process or machine, under an id that depends on nothing else.
import { byCodeUnits } from '../../data/paths.js';
import { sha256 } from '../../runtime/sha256.js';

/** Everything that a job's outcome depends on, besides the machine. */
export interface JobDescription {
  readonly method: {
    readonly id: string;
    /** What the results call it. */
    readonly name: string;
    /** SHA-256 of the module that brings it; null for a method of the library, or one registered by hand. */
    readonly code: string | null;
    /** The full configuration, defaults filled in, with backbone and seed. */
    readonly config: Readonly<Record<string, unknown>>;
    /** SHA-256 of the weights file that `config.backbone` names; absent for a backbone of the catalogue. */
    readonly weights?: string | undefined;
  };
  readonly setting: {
    /** In one word, as `settingId` gives it. */
    readonly id: string;
    /** As `parseSetting` takes it. */
    readonly options: Readonly<Record<string, unknown>>;
  };
  /** `reference`: put beside methods that learn from anomalies, which it does not. */
  readonly standing: 'served' | 'reference';
  readonly dataset: {
    /** What draws and published numbers go by: `mvtec_ad`, `mtd`, ...; the name of a dataset that is not published. */
    readonly id: string;
    /** What the results call it. */
    readonly name: string;
    readonly layout: string;
    readonly split: string;
    readonly fold: number;
    /** One, or, under a setting that goes through a dataset in one job, all in their order of learning. */
    readonly categories: readonly string[];
    /** SHA-256 of the names, labels and file sizes of the images, with the names, rules and file sizes of their masks. */
    readonly images: string;
  };
  /** Which repeat, from 0. */
  readonly seed: number;
  readonly baseSeed: number;
  /** Outputs of the backbone come from a cache that methods share, rounded to float16. */
  readonly cacheFeatures: boolean;
}

export interface Job {
  readonly id: string;
  readonly description: JobDescription;
  /** Where the dataset lies on this machine; no part of the id. */
  readonly folder: string;
  /** Where the weights file lies on this machine; null for a backbone of the catalogue. No part of the id. */
  readonly weights: string | null;
}

/** 16 hex digits of the SHA-256 of the description's canonical text. */
export async function jobId(description: JobDescription): Promise<string> {
  return (await hashOf(description)).slice(0, 16);
}

export async function makeJob(
  description: JobDescription,
  folder: string,
  weights: string | null = null,
): Promise<Job> {
  return { id: await jobId(description), description, folder, weights };
}

/** SHA-256 of a value's canonical text, lower-case hex. */
export async function hashOf(value: unknown): Promise<string> {
  return sha256(new TextEncoder().encode(canonical(value)));
}

/** JSON with sorted keys: the same text for the same value. Fields that are undefined are left out. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}

/** For people: `patchcore (resnet50), parts/board, few-shot:m=1,augmentation=none, seed 0`. */
export function jobTitle({ description }: Pick<Job, 'description'>): string {
  const { method, setting, dataset, seed } = description;
  const backbone = backboneName(description);
  return `${method.name}${backbone === null ? '' : ` (${backbone})`}, ${placeName(dataset)}, ${setting.id}, seed ${seed}`;
}

/** For people: `mvtec_ad/bottle`, `btad/01+02+03`, or the name alone where the category says nothing else. */
export function placeName({ name, categories }: Pick<JobDescription['dataset'], 'name' | 'categories'>): string {
  const joined = categories.join('+');
  return joined === name ? name : `${name}/${joined}`;
}

/** The backbone in one word; null for a method without one. */
export function backboneName({ method }: Pick<JobDescription, 'method'>): string | null {
  const { backbone } = method.config;
  if (typeof backbone === 'string') return backbone;
  if (typeof backbone !== 'object' || backbone === null || !('architecture' in backbone)) return null;
  return `${backbone.architecture} of a file`;
}

/**
 * Part `index` of `count`, from 1: every job is in exactly one part. They are dealt out method by method, so that each part has
 * its share of the slow ones.
 */
export function shardOf(jobs: readonly Job[], { index, count }: Shard): Job[] {
  const methodOf = new Map(
    jobs.map((job) => [job, canonical([job.description.method.name, backboneName(job.description)])]),
  );
  const dealt = jobs.toSorted((a, b) => byCodeUnits(methodOf.get(a) ?? '', methodOf.get(b) ?? ''));
  const part = new Set(dealt.filter((_, i) => i % count === index - 1));
  return jobs.filter((job) => part.has(job));
}

export interface Shard {
  readonly index: number;
  readonly count: number;
}
