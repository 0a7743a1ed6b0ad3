// Files in a browser: URLs are fetched; folders are not reachable.
import { IadError } from '../runtime/errors.js';
import { tooLarge } from './image.js';
import type { FolderListing } from './paths.js';

/**
 * Fetches a URL; the body is cut off at the limit.
 * @throws IadError `IMAGE_NOT_FOUND`, `IMAGE_TOO_LARGE`
 */
export async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  const response = await fetch(path).catch((cause: unknown) => {
    throw new IadError('IMAGE_NOT_FOUND', 'it cannot be fetched', {
      path,
      hint: 'Check the address and its CORS headers.',
      cause,
    });
  });
  if (!response.ok || !response.body) {
    throw new IadError('IMAGE_NOT_FOUND', `the server answers ${response.status}`, {
      path,
      hint: 'Check the address.',
    });
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  // Not `for await`: not every browser iterates over a body.
  const reader = response.body.getReader();
  for (;;) {
    const { value } = await reader.read();
    if (!value) break;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw tooLarge(`more than ${maxBytes} bytes`, path, 'maxBytes');
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** @throws IadError `NODE_ONLY` always */
export async function fileSize(path: string): Promise<number> {
  throw nodeOnly(path);
}

/** @throws IadError `NODE_ONLY` always */
export async function listFolder(root: string): Promise<FolderListing> {
  throw nodeOnly(root);
}

/** A file below a base URL. */
export function locate(root: string, relative: string): string {
  return `${root}/${relative.split('/').map(encodeURIComponent).join('/')}`;
}

/** @throws IadError `NODE_ONLY` always */
export async function listImages(pathsOrGlobs: readonly string[]): Promise<string[]> {
  throw nodeOnly(pathsOrGlobs.join(' '));
}

function nodeOnly(path: string): IadError {
  const hint = 'In a browser pass the file names to indexDataset, with URL.createObjectURL to locate each.';
  return new IadError('NODE_ONLY', 'folders are read in Node', { path, hint });
}
