// The browser has no file system: files are read by URL, and writing is the caller's own affair (a download, OPFS).
import { IadError, type IadErrorCode } from './errors.js';

export async function readFileBytes(
  path: string,
  limits: { maxBytes: number; missing: IadErrorCode; tooLarge: IadErrorCode },
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(path).catch((cause: unknown) => {
    throw new IadError(limits.missing, 'could not be fetched', { path, hint: 'Check the address.', cause });
  });
  if (!response.ok) {
    throw new IadError(limits.missing, `the server answered ${response.status}`, { path, hint: 'Check the address.' });
  }
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (announced > limits.maxBytes) {
    throw new IadError(limits.tooLarge, `${announced} bytes announced, the limit is ${limits.maxBytes}`, { path });
  }
  return new Uint8Array(await response.arrayBuffer());
}

export async function writeFileAtomic(path: string, _chunks: Iterable<Uint8Array>): Promise<void> {
  throw new IadError('NODE_ONLY', 'a browser cannot write to a path', {
    path,
    hint: 'Use toBytes() and offer the result as a download.',
  });
}
