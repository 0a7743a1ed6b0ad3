// Checkpoints in a file.
import { readFileBytes, writeFileAtomic } from '#platform/runtime/files';
import { IadError } from '../../../runtime/errors.js';
import { MAX_CHECKPOINT_BYTES } from './checkpoint.js';
import type { CheckpointStore } from './types.js';

/** Keeps the last checkpoint at `path`: it is replaced as a whole, or stays. In browsers, which have no paths, writing fails. */
export function checkpointFile(path: string): CheckpointStore {
  return {
    path,
    async read() {
      const limits = { maxBytes: MAX_CHECKPOINT_BYTES, missing: 'MODEL_NOT_FOUND', tooLarge: 'MODEL_FORMAT' } as const;
      try {
        return await readFileBytes(path, limits);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    write: (bytes) => writeFileAtomic(path, [bytes]),
  };
}

/** One that is there and cannot be read is no reason to start afresh. */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof IadError && error.cause instanceof Error)) return false;
  return 'code' in error.cause && error.cause.code === 'ENOENT';
}
