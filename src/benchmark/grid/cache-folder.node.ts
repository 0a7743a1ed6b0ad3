// Where outputs of backbones are kept unless told: processes and benchmarks may share it.
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const CACHE_FOLDER = join(tmpdir(), 'iad-tf-features');
