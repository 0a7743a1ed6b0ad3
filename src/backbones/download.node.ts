// Fetches one file over HTTP: resumes what an earlier try left, and gives the file its name only after its hash is right.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { IadError, throwIfAborted } from '../runtime/errors.js';
import { writing } from '../runtime/writing.node.js';

export interface DownloadOptions {
  /** Called with the SHA-256 (lower-case hex) of the whole file; throws to refuse it. */
  readonly check: (sha256: string) => void;
  /** More bytes than this are refused. */
  readonly maxBytes: number;
  /** Called with the bytes on disk so far. */
  readonly onBytes?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Added to the message when there is no connection. */
  readonly advice: string;
}

/**
 * Downloads `url` to `target`. Until it is whole and checked it is called `target.part`; a broken connection leaves that
 * file, and the next call asks for the rest only.
 * @throws WEIGHTS_DOWNLOAD, whatever `check` throws (the part is deleted then), ABORTED, DISK_FULL, WRITE_FAILED
 */
export async function download(url: string, target: string, options: DownloadOptions): Promise<void> {
  const { signal, check } = options;
  const part = `${target}.part`;
  throwIfAborted(signal);
  await writingCache(part, () => mkdir(dirname(target), { recursive: true }));
  await fetchInto(part, url, options);
  throwIfAborted(signal);
  try {
    check(await hashFile(part));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  await writingCache(target, () => rename(part, target));
}

async function fetchInto(part: string, url: string, options: DownloadOptions): Promise<void> {
  const { maxBytes, onBytes, signal } = options;
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  const headers = { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) };
  const response = await connected(url, options, () => fetch(url, { headers, signal: signal ?? null }));
  // 416: there is no rest, so the part is whole, or wrong, which its hash will say
  if (response.status === 416 && have > 0) return;
  if (!response.ok || !response.body) {
    throw new IadError('WEIGHTS_DOWNLOAD', `the server answered ${response.status}`, {
      path: url,
      hint: options.advice,
    });
  }
  const resumed = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`);
  let done = resumed ? have : 0;
  const file = await writingCache(part, () => open(part, resumed ? 'a' : 'w'));
  try {
    onBytes?.(done);
    const reader = response.body.getReader();
    for (;;) {
      const { value } = await connected(url, options, () => reader.read());
      if (!value) return;
      done += value.byteLength;
      if (done > maxBytes) {
        await reader.cancel();
        await file.truncate(0);
        throw new IadError('WEIGHTS_DOWNLOAD', `the server sends more than the ${maxBytes} bytes expected`, {
          path: url,
          hint: options.advice,
        });
      }
      await writingCache(part, () => file.writeFile(value));
      onBytes?.(done);
    }
  } finally {
    await file.close();
  }
}

/** Runs one step that needs the network, and says what its failure means. */
async function connected<T>(url: string, { signal, advice }: DownloadOptions, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throwIfAborted(signal);
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new IadError('WEIGHTS_DOWNLOAD', `no connection, or it broke (${reason})`, {
      path: url,
      cause,
      hint: `Run the command again to go on where it stopped. ${advice}`,
    });
  }
}

/** Runs one step that writes into the cache. @throws IadError DISK_FULL, WRITE_FAILED */
export function writingCache<T>(path: string, step: () => Promise<T>): Promise<T> {
  return writing(path, step, 'Set IAD_TF_HOME to a folder you may write to.');
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
