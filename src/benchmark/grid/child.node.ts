// The entry of a job's process.
import { useBackend } from '../../kernels/backend.js';
import type { BackendName } from '../../runtime/backend.js';
import { loadMethods } from './modules.node.js';
import { serveJob } from './serve.node.js';
import { methodWork } from './work.js';

export interface MethodSetup {
  readonly backend: BackendName | 'auto';
  /** Files that bring methods, see `loadMethods`. */
  readonly modules?: readonly string[];
}

serveJob<MethodSetup>(async ({ backend, modules = [] }, { workers }) => {
  await useBackend(backend);
  return methodWork(workers, await loadMethods(modules));
});
