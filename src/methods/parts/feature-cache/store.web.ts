// The feature cache of a page: it lives in memory, as long as the page.
import { IadError } from '../../../runtime/errors.js';
import type { EntryStore, FeatureCacheOptions } from './types.js';

/** @throws IadError `NODE_ONLY` if a folder is named */
export async function openStore({ folder, maxBytes = 256 * 2 ** 20 }: FeatureCacheOptions): Promise<EntryStore> {
  if (folder !== undefined) {
    throw new IadError('NODE_ONLY', 'a page keeps features in memory only', { path: 'folder', hint: 'Leave it out.' });
  }
  // A Map keeps the order in which keys were set: the first one was not used for longest.
  const entries = new Map<string, Uint8Array>();
  let used = 0;
  const remove = (name: string, bytes: Uint8Array) => {
    entries.delete(name);
    used -= bytes.length;
  };
  return {
    async read(name) {
      const bytes = entries.get(name);
      if (bytes) {
        entries.delete(name);
        entries.set(name, bytes);
      }
      return bytes;
    },
    async write(name, bytes) {
      if (bytes.length > maxBytes) return;
      const old = entries.get(name);
      if (old) remove(name, old);
      for (const [oldest, content] of entries) {
        if (used + bytes.length <= maxBytes) break;
        remove(oldest, content);
      }
      entries.set(name, bytes);
      used += bytes.length;
    },
  };
}
