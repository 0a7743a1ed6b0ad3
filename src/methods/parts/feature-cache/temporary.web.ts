// A cache for one fit in a browser: in the page's memory, which is why it is small.
import type { TemporaryCache } from './types.js';

const MOST = 256 * 2 ** 20;

export async function temporaryCache(maxBytes: number): Promise<TemporaryCache> {
  return { options: { maxBytes: Math.min(maxBytes, MOST) }, remove: async () => {} };
}
