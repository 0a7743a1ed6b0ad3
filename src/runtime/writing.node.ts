// What all writing to disk shares in Node: failures in the library's terms, and the question whether it could work at all.
import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { IadError } from './errors.js';

/** Runs one step that writes, and turns its failure into `writeError`. */
export async function writing<T>(path: string, step: () => Promise<T>, hint?: string): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw writeError(path, cause, hint);
  }
}

/**
 * A failed write in the library's terms: `DISK_FULL` or `WRITE_FAILED`; errors of ours pass through.
 * @param hint what to do about `WRITE_FAILED`
 */
export function writeError(
  path: string,
  cause: unknown,
  hint = 'Choose a place that exists and that you may write to.',
): IadError {
  if (cause instanceof IadError) return cause;
  const system = errorCode(cause);
  if (system === 'ENOSPC' || system === 'EDQUOT') {
    const advice = 'Free some space, then run it again.';
    return new IadError('DISK_FULL', 'no space left on the device', { path, hint: advice, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IadError('WRITE_FAILED', `cannot be written (${reason})`, { path, hint, cause });
}

/** The system's word for what went wrong, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Looks whether a file or folder could be written at each of these paths, before hours of work that would end in it.
 * Makes nothing. @throws IadError WRITE_FAILED
 */
export async function checkWritable(kind: 'file' | 'folder', ...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const info = await statOf(path);
    const unfit = kind === 'file' ? info?.isDirectory() : info && !info.isDirectory();
    if (unfit) {
      const hint = `Name a ${kind}.`;
      throw new IadError('WRITE_FAILED', `there is a ${kind === 'file' ? 'folder' : 'file'} of this name`, {
        path,
        hint,
      });
    }
    await writing(path, async () => access(await nearestFolder(resolve(path), kind), constants.W_OK));
  }
}

/** The folder that would be written into: the path itself for an existing folder, else the first above it that exists. */
async function nearestFolder(path: string, kind: 'file' | 'folder'): Promise<string> {
  for (let at = kind === 'file' ? dirname(path) : path; ; at = dirname(at)) {
    const info = await statOf(at);
    if (info?.isDirectory()) return at;
    if (info) throw new Error(`${at} is not a folder`);
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw writeError(path, error);
  }
}
