// The entry of a job's process.
import { featuresFolder } from '../../backbones/cache.node.js';
import { useBackend } from '../../kernels/backend.js';
import { importMethods } from '../../methods/modules.node.js';
import type { BackendName } from '../../runtime/backend.js';
import { serveJob } from './serve.node.js';
import { methodWork } from './work.js';

export interface MethodSetup {
  readonly backend: BackendName | 'auto';
  /** Files that bring methods of users. */
  readonly modules?: readonly string[];
  /** Where outputs of backbones are kept, if a job asks for that. Default: `features` in the library's cache folder. */
  readonly cacheFolder?: string;
}

serveJob<MethodSetup>(async ({ backend, modules = [], cacheFolder = featuresFolder() }, { workers }) => {
  await importMethods(modules);
  await useBackend(backend);
  return methodWork({ workers, cacheFolder });
});
