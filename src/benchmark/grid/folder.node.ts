// The results folder: grid.json says which jobs it is for, jobs/<id>.json holds what became of each. A file is whole or not there.
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import { isIgnored } from '../../data/paths.js';
import { IadError } from '../../runtime/errors.js';
import { writeFileAtomic } from '../../runtime/files.node.js';
import { VERSION } from '../../runtime/version.js';
import { errorCode, writing } from '../../runtime/writing.node.js';
import type { Grid } from './expand.js';
import { canonical, hashOf, jobId, jobTitle } from './job.js';
import { type GridManifest, gridManifestSchema, type JobRecord, jobRecordSchema } from './record.js';

/** Left by a process that was killed while it wrote; the age tells them from those of a process at work. */
const LEFTOVER = /^\.[0-9a-f]{12}\.tmp$/;
const LEFTOVER_AGE = 3_600_000;

export class ResultsFolder {
  readonly path: string;
  readonly #ids: ReadonlySet<string>;

  private constructor(path: string, ids: ReadonlySet<string>) {
    this.path = path;
    this.#ids = ids;
  }

  /**
   * Opens or begins the results of a grid: all its jobs, whichever part of them is run here.
   * @throws IadError RESULTS_MISMATCH if the folder holds something else: results of another configuration, of other images,
   *   of another version; RESULTS_CORRUPT; RESULTS_UNREADABLE; DISK_FULL, WRITE_FAILED
   */
  static async open(path: string, { jobs, skipped }: Grid): Promise<ResultsFolder> {
    const folder = new ResultsFolder(path, new Set(jobs.map(({ id }) => id)));
    const manifest: GridManifest = {
      schema: 'iad-tf/grid@1',
      libraryVersion: VERSION,
      fingerprint: await hashOf(jobs.map(({ id }) => id)),
      jobs: jobs.map((job) => ({ id: job.id, title: jobTitle(job) })),
      skipped,
    };
    const names = await namesIn(path);
    if (names.includes('grid.json')) {
      const { skipped: before } = await checkSame(path, manifest);
      // The same jobs can come of a configuration that asks for more, or less, of what cannot be.
      if (canonical(before) !== canonical(skipped)) await writeJson(join(path, 'grid.json'), manifest);
    } else if (names.some((name) => !isIgnored(name))) {
      throw mismatch('the folder holds something else than results of a benchmark', path);
    } else await writeJson(join(path, 'grid.json'), manifest);
    await folder.#sweep();
    return folder;
  }

  /** What is there, by id. @throws IadError RESULTS_CORRUPT, RESULTS_MISMATCH, RESULTS_UNREADABLE */
  records(): Promise<Map<string, JobRecord>> {
    return readRecords(this.path, this.#ids, VERSION);
  }

  /** Every job has a record, whoever wrote it. Looks at names only. */
  async isComplete(): Promise<boolean> {
    const names = new Set(await namesIn(join(this.path, 'jobs')));
    return [...this.#ids].every((id) => names.has(`${id}.json`));
  }

  /** @throws IadError DISK_FULL, WRITE_FAILED */
  async write(record: JobRecord): Promise<void> {
    await writeJson(join(this.path, 'jobs', `${record.id}.json`), record);
  }

  async #sweep(): Promise<void> {
    for (const folder of [this.path, join(this.path, 'jobs')]) {
      for (const name of await namesIn(folder)) {
        if (!LEFTOVER.test(name)) continue;
        const path = join(folder, name);
        // Another process may finish with it, or sweep it, at the same time.
        const age = await stat(path).then(
          ({ mtimeMs }) => Date.now() - mtimeMs,
          () => 0,
        );
        if (age > LEFTOVER_AGE) await writing(path, () => rm(path, { force: true }));
      }
    }
  }
}

/**
 * Results as they are, of a run that is over or not: no configuration is needed.
 * @returns the records in the order of the jobs; those without one are in the manifest alone
 * @throws IadError RESULTS_MISMATCH if the folder holds no results, RESULTS_CORRUPT, RESULTS_UNREADABLE
 */
export async function readResults(path: string): Promise<{ manifest: GridManifest; records: JobRecord[] }> {
  if (!(await namesIn(path)).includes('grid.json')) {
    const hint = 'Give the folder that iad-tf benchmark --out wrote.';
    throw new IadError('RESULTS_MISMATCH', 'there is no grid.json: no results of a benchmark', { path, hint });
  }
  const manifest = await readManifest(path);
  const ids = manifest.jobs.map(({ id }) => id);
  const records = await readRecords(path, new Set(ids), manifest.libraryVersion);
  return { manifest, records: ids.flatMap((id) => records.get(id) ?? []) };
}

async function readRecords(folder: string, ids: ReadonlySet<string>, version: string): Promise<Map<string, JobRecord>> {
  const records = new Map<string, JobRecord>();
  for (const name of await namesIn(join(folder, 'jobs'))) {
    // What a file manager leaves there, or a process that was killed while it wrote.
    if (isIgnored(name)) continue;
    const path = join(folder, 'jobs', name);
    const id = name.replace(/\.json$/, '');
    if (!ids.has(id)) throw mismatch('belongs to no job of this configuration', path);
    const record = await readJson(path, jobRecordSchema, AGAIN);
    const of = await jobId(record.description);
    if (record.id !== id || of !== id) {
      throw corrupt(`is the record of job ${record.id === id ? of : record.id}`, path, AGAIN);
    }
    const { libraryVersion } = record.environment;
    if (libraryVersion !== version) throw otherVersion(libraryVersion, version, path);
    records.set(id, record);
  }
  return records;
}

/** @returns the manifest that is there */
async function checkSame(path: string, wanted: GridManifest): Promise<GridManifest> {
  const file = join(path, 'grid.json');
  const found = await readManifest(path);
  if (found.libraryVersion !== wanted.libraryVersion) throw otherVersion(found.libraryVersion, VERSION, file);
  if (found.fingerprint === wanted.fingerprint) return found;
  const known = new Set(found.jobs.map(({ id }) => id));
  const ids = new Set(wanted.jobs.map(({ id }) => id));
  const added = wanted.jobs.filter(({ id }) => !known.has(id));
  const gone = found.jobs.filter(({ id }) => !ids.has(id));
  const differences = [
    ...(added[0] ? [`${added.length} jobs are not in it, such as ${added[0].title}`] : []),
    ...(gone[0] ? [`${gone.length} of its jobs are not wanted now, such as ${gone[0].title}`] : []),
  ];
  const what = differences.length > 0 ? differences.join('; ') : 'the order of the jobs';
  throw mismatch(`results of another configuration or of other images: ${what}`, file);
}

/** @throws IadError RESULTS_CORRUPT, RESULTS_UNREADABLE */
async function readManifest(folder: string): Promise<GridManifest> {
  const path = join(folder, 'grid.json');
  const manifest = await readJson(path, gridManifestSchema, ELSEWHERE);
  if ((await hashOf(manifest.jobs.map(({ id }) => id))) === manifest.fingerprint) return manifest;
  throw corrupt('fingerprint: not that of its jobs', path, ELSEWHERE);
}

const AGAIN = 'Take the file away: its job is then run again.';
const ELSEWHERE = 'Put it back as it was, or choose an empty folder.';

function mismatch(what: string, path: string): IadError {
  return new IadError('RESULTS_MISMATCH', what, { path, hint: 'Choose an empty folder, or the right configuration.' });
}

function otherVersion(found: string, wanted: string, path: string): IadError {
  const hint = `Choose an empty folder, or go on with iad-tf ${found}.`;
  return new IadError('RESULTS_MISMATCH', `results of iad-tf ${found}, not of ${wanted}`, { path, hint });
}

function corrupt(what: string, path: string, hint: string, cause?: unknown): IadError {
  return new IadError('RESULTS_CORRUPT', what, { path, hint, cause });
}

/** The system's own fault, which says nothing of what the file holds. */
function unreadable(path: string, cause: unknown): IadError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = 'Check that it is what its name says, and its permissions.';
  return new IadError('RESULTS_UNREADABLE', `cannot be read (${reason})`, { path, hint, cause });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw unreadable(folder, error);
  }
}

async function readJson<T>(path: string, schema: z.ZodType<T>, hint: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt('cannot be read as JSON', path, hint, cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw corrupt(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`, path, hint);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, [new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`)]);
}
