// One cell of the grid: plain data that can be sent to another process or machine, under an id that depends on nothing else.
import { sha256 } from '../../runtime/sha256.js';

/** Everything that a job's outcome depends on, besides the machine. */
export interface JobDescription {
  readonly method: {
    readonly id: string;
    /** What the results call it. */
    readonly name: string;
    /** The full configuration, defaults filled in, with backbone and seed. */
    readonly config: Readonly<Record<string, unknown>>;
  };
  readonly setting: { readonly id: string; readonly options: Readonly<Record<string, unknown>> };
  readonly dataset: {
    readonly name: string;
    readonly layout: string;
    readonly split: string | null;
    /** One, or, under a setting that goes through a dataset in one job, all in their order; null: it has none. */
    readonly categories: readonly (string | null)[];
    /** SHA-256 of the names and labels of the images. */
    readonly images: string;
  };
  readonly seed: number;
}

export interface Job {
  readonly id: string;
  readonly description: JobDescription;
  /** Where the dataset lies on this machine; no part of the id. */
  readonly folder: string;
}

/** The id has 16 hex digits of the SHA-256 of the description's canonical text. */
export async function makeJob(description: JobDescription, folder: string): Promise<Job> {
  return { id: (await hashOf(description)).slice(0, 16), description, folder };
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

/** For people: `patchcore (resnet50), parts/board, unsupervised, seed 0`. */
export function jobTitle({ description }: Job): string {
  const { method, setting, dataset, seed } = description;
  const backbone = backboneName(description);
  const named = dataset.categories.filter((category) => category !== null);
  const where = named.length === 0 ? dataset.name : `${dataset.name}/${named.join('+')}`;
  return `${method.name}${backbone === null ? '' : ` (${backbone})`}, ${where}, ${setting.id}, seed ${seed}`;
}

/** The backbone in one word; null for a method without one. */
export function backboneName({ method }: JobDescription): string | null {
  const { backbone } = method.config;
  if (typeof backbone === 'string') return backbone;
  if (typeof backbone !== 'object' || backbone === null || !('architecture' in backbone)) return null;
  return `${backbone.architecture} of a file`;
}

/** Part `index` of `count`, from 1: every job is in exactly one part, and neighbours, which are alike, in different ones. */
export function shardOf(jobs: readonly Job[], { index, count }: Shard): Job[] {
  return jobs.filter((_, i) => i % count === index - 1);
}

export interface Shard {
  readonly index: number;
  readonly count: number;
}
