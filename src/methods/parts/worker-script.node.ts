// Where the worker's module lies; a file of its own, so that tests can point it at the build.
export const WORKER_SCRIPT = new URL('../worker.node.js', import.meta.url);
