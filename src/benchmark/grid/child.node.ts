// The entry of a job's process.
import { useBackend } from '../../kernels/backend.js';
import { importMethods } from '../../methods/modules.node.js';
import type { BackendName } from '../../runtime/backend.js';
import { CACHE_FOLDER } from './cache-folder.node.js';
import { serveJob } from './serve.node.js';
import { methodWork } from './work.js';

export interface MethodSetup {
  readonly backend: BackendName | 'auto';
  /** Files that bring methods of users. */
  readonly modules?: readonly string[];
  /** Where outputs of backbones are kept, if a job asks for that. Default: a folder for temporary files. */
  readonly cacheFolder?: string;
}

serveJob<MethodSetup>(async ({ backend, modules = [], cacheFolder = CACHE_FOLDER }, { workers }) => {
  await importMethods(modules);
  await useBackend(backend);
  return methodWork({ workers, cacheFolder });
});
