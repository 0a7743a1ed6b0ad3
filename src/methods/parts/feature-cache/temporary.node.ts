// A cache for one fit: a folder of its own among the system's temporary files.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writing } from '../../../runtime/writing.node.js';
import type { TemporaryCache } from './types.js';

/**
 * A process that is killed leaves its folder to the system's own cleaning of temporary files.
 * @throws IadError WRITE_FAILED, DISK_FULL
 */
export async function temporaryCache(maxBytes: number): Promise<TemporaryCache> {
  const parent = tmpdir();
  const folder = await writing(parent, () => mkdtemp(join(parent, 'iad-tf-features-')));
  return { options: { folder, maxBytes }, remove: () => rm(folder, { recursive: true, force: true }) };
}
