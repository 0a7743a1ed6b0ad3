// The feature cache on disk: one file per entry in one folder, which any number of processes may share.
import { lstat, lutimes, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { featuresFolder } from '../../../backbones/cache.node.js';
import { IadError } from '../../../runtime/errors.js';
import { readFileBytes, writeFileAtomic } from '../../../runtime/files.node.js';
import { checkWritable, errorCode, writing } from '../../../runtime/writing.node.js';
import type { EntryStore, FeatureCacheOptions } from './types.js';

/** Our own files: nothing else in the folder is looked at, let alone deleted. */
const ENTRY = /^[0-9a-f]{64}\.features$/;
/** A file that `writeFileAtomic` was writing. */
const UNFINISHED = /^\.[0-9a-f]{12}\.tmp$/;
/** Age from which on an unfinished file is taken for a dead process's, milliseconds. */
const ABANDONED = 3_600_000;

/** The most that Node reads at once. */
const MAX_ENTRY = 2 ** 31 - 1;

/** @throws IadError `WRITE_FAILED`, `DISK_FULL` if the folder cannot be written to */
export async function openStore({
  folder = featuresFolder(),
  maxBytes = 8 * 2 ** 30,
}: FeatureCacheOptions): Promise<EntryStore> {
  await checkWritable('folder', folder);
  await writing(folder, () => mkdir(folder, { recursive: true }));
  return new DiskStore(folder, maxBytes);
}

/**
 * The time of an entry's last use is its file's modification time. Before a write that would go over the bound, and after
 * every sixteenth of the bound that was written, the folder is looked through and the oldest entries go until a sixteenth is
 * free. Beside other processes that write, the sum can thus be over the bound by a sixteenth for each of them.
 */
class DiskStore implements EntryStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** Bytes in the folder, as far as this process knows. */
  #used = 0;
  /** Bytes written since the folder was last looked through. */
  #fresh = Number.POSITIVE_INFINITY;
  /** Seconds; the last time stamp given. */
  #clock = 0;
  /** Writes go one after another: each must know what the one before it took. */
  #turn: Promise<void> = Promise.resolve();

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const path = this.#path(name);
    const maxBytes = Math.min(this.#maxBytes, MAX_ENTRY);
    try {
      const limits = { maxBytes, missing: 'WRITE_FAILED', tooLarge: 'WRITE_FAILED' } as const;
      const bytes = await readFileBytes(path, limits);
      // Another user's file keeps its time: it goes earlier than it should.
      await this.#touch(path).catch(() => {});
      return bytes;
    } catch (error) {
      // Not there, no file, too large, not readable, or gone in between: to be computed anew. If it cannot be replaced, the
      // write says so.
      if (error instanceof IadError) return undefined;
      throw error;
    }
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    const turn = this.#turn.then(() => this.#write(name, bytes));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > Math.min(this.#maxBytes, MAX_ENTRY)) return;
    const share = this.#maxBytes / 16;
    if (this.#used + bytes.length > this.#maxBytes || this.#fresh + bytes.length > share) {
      await this.#makeRoom(bytes.length, share);
    }
    const path = this.#path(name);
    await writeFileAtomic(path, [bytes]);
    await this.#touch(path);
    this.#used += bytes.length;
    this.#fresh += bytes.length;
  }

  async #makeRoom(bytes: number, share: number): Promise<void> {
    const files = (await this.#list()).sort((a, b) => a.lastUse - b.lastUse || (a.path < b.path ? -1 : 1));
    this.#used = files.reduce((sum, { size }) => sum + size, 0);
    this.#fresh = 0;
    if (this.#used + bytes <= this.#maxBytes) return;
    for (const { path, size, entry } of files) {
      if (this.#used + bytes <= this.#maxBytes - share) break;
      if (!entry) continue;
      await writing(path, () => rm(path, { force: true }));
      this.#used -= size;
    }
  }

  async #list() {
    const names = await writing(this.#folder, async () => {
      await mkdir(this.#folder, { recursive: true });
      return readdir(this.#folder);
    });
    const files: { path: string; size: number; lastUse: number; entry: boolean }[] = [];
    for (const name of names) {
      const entry = ENTRY.test(name);
      if (!entry && !UNFINISHED.test(name)) continue;
      const path = join(this.#folder, name);
      const info = await lstat(path).catch(ignoreMissing);
      if (!info || info.isDirectory()) continue;
      if (!entry && Date.now() - info.mtimeMs > ABANDONED) await writing(path, () => rm(path, { force: true }));
      else files.push({ path, size: info.size, lastUse: info.mtimeMs, entry });
    }
    return files;
  }

  /** Later than any before; finer than the clock that the file system itself uses. */
  async #touch(path: string): Promise<void> {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    this.#clock = Math.max(now, this.#clock + 1e-6);
    await writing(path, () => lutimes(path, this.#clock, this.#clock).catch(ignoreMissing));
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.features`);
  }
}

/** Another process may remove a file at any time. */
function ignoreMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
