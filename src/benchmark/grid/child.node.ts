// The entry of a job's process.
import { useBackend } from '../../kernels/backend.js';
import type { BackendName } from '../../runtime/backend.js';
import { serveJob } from './serve.node.js';
import { methodWork } from './work.js';

export interface MethodSetup {
  readonly backend: BackendName | 'auto';
}

serveJob<MethodSetup>(async ({ backend }, { workers }) => {
  await useBackend(backend);
  return methodWork(workers);
});
