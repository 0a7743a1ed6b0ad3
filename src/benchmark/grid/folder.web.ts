// A browser has no results folder to read.
import { IadError } from '../../runtime/errors.js';
import type { GridManifest, JobRecord } from './record.js';

/** @throws IadError NODE_ONLY, always */
export async function readResults(path: string): Promise<{ manifest: GridManifest; records: JobRecord[] }> {
  throw new IadError('NODE_ONLY', 'results of a benchmark can be read in Node only', { path });
}
