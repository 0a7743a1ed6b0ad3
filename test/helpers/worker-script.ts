// Stands in for src/methods/parts/worker-script.node.ts, which in the sources would point at a file that is not compiled.
export const WORKER_SCRIPT = new URL('../../dist/methods/worker.node.js', import.meta.url);
