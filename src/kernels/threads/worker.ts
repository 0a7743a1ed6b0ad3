// What a thread runs and what is said to it, for Node and the browser alike.

/** What a worker's first message holds. */
export interface WorkerInit {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

/** One call of a function of the module; the answer is its result. */
export interface WorkerTask {
  readonly name: string;
  readonly values: readonly number[];
}

/** A thread as the pool sees it. It answers each message once, in order. */
export interface ThreadWorker {
  post(message: WorkerInit | WorkerTask): void;
  /** Whether the process must wait for it; it does from the start. */
  hold(isNeeded: boolean): void;
  end(): Promise<void>;
}

export interface WorkerEvents {
  answered(result: number): void;
  /** It died, or will never answer. */
  lost(reason: string, cause?: unknown): void;
}

/**
 * The script, given `listen` and `reply` by the platform. Nothing is caught: a trap in a kernel ends the thread, as the memory
 * that it worked on cannot be trusted any more. It is a string so that no file has to be found by bundlers and servers.
 */
export const WORKER_SCRIPT = `
let kernels;
listen((message) => {
  if (kernels) reply(Number(kernels[message.name](...message.values)));
  else {
    kernels = new WebAssembly.Instance(message.module, { env: { memory: message.memory } }).exports;
    reply(0);
  }
});
`;
