// Reading and writing whole files in Node. A file is either written completely or not there at all.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { IadError, type IadErrorCode } from './errors.js';
import { writing } from './writing.node.js';

/** Reads a file of at most `maxBytes`. Throws `missing` when it is not there, `tooLarge` before reading a larger one. */
export async function readFileBytes(
  path: string,
  limits: { maxBytes: number; missing: IadErrorCode; tooLarge: IadErrorCode },
): Promise<Uint8Array<ArrayBuffer>> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new IadError(limits.missing, 'no such file', { path, hint: 'Check the path.', cause });
  });
  if (!info.isFile()) throw new IadError(limits.missing, 'not a file', { path, hint: 'Name a file.' });
  if (info.size > limits.maxBytes) {
    const what = `the file has ${info.size} bytes, the limit is ${limits.maxBytes}`;
    throw new IadError(limits.tooLarge, what, { path, hint: 'Is it the right file?' });
  }
  const buffer = await readFile(path).catch((cause: unknown) => {
    throw new IadError(limits.missing, 'cannot be read', { path, hint: 'Check its permissions.', cause });
  });
  // A plain array: slice() of a Buffer would share its memory instead of copying.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/**
 * Writes `chunks` to a temporary file beside `path`, syncs it and renames it, so that a reader, a crash or a full disk
 * never leaves half a file under the final name. Makes the folder if needed.
 * @throws IadError DISK_FULL, WRITE_FAILED
 */
export async function writeFileAtomic(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${randomBytes(6).toString('hex')}.tmp`);
  await writing(path, () => mkdir(dirname(target), { recursive: true }));
  await writing(path, async () => {
    const file = await open(temporary, 'wx');
    try {
      try {
        for (const chunk of chunks) await file.writeFile(chunk);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      // What stopped the write may stop this too; the first reason is the one to tell.
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
  });
}
