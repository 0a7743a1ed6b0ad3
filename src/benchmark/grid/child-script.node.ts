// Where the module of a job's process lies; a file of its own, so that tests can point it at the build.
export const CHILD_SCRIPT = new URL('./child.node.js', import.meta.url);
