// Threads that run functions of the kernels' module on one shared memory. tfjs's own memory cannot be shared in Node, so the
// threads have one of their own: what a kernel reads is copied there, what it wrote is copied back.

import { startWorker, threadsLack } from '#platform/kernels/threads/worker';
import { IadError } from '../../runtime/errors.js';
import { checkInteger } from '../checks.js';
import { instantiate, kernelModule, type WasmKernels } from '../wasm/module.js';
import { Heap } from './heap.js';
import type { ThreadWorker } from './worker.js';

const PAGE = 65_536;
const MOST_PAGES = 65_536;
const MOST_THREADS = 64;

export interface ThreadsOptions {
  /** What `allocate` may hand out, in bytes; 64 KiB .. 4 GiB, 2 GiB unless told. It is taken as it is needed. */
  readonly maxBytes?: number;
}

interface Seat {
  readonly worker: ThreadWorker;
  /** What the worker works on; null while it idles. */
  settle: ((result: number) => void) | null;
}

/**
 * A few threads and their memory. The thread that opened them never waits in a lock: it awaits `run`, and may itself call
 * `kernels`, which work on the same memory, while the others idle. Idle threads do not keep a process alive.
 */
export class KernelThreads {
  /** The module's functions on this thread, for the steps before and after. */
  readonly kernels: WasmKernels;
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  readonly #heap: Heap;
  readonly #seats: Seat[] = [];
  /** All that `buffer` ever gave: growing makes a new object of the same memory. */
  readonly #given = new WeakSet<ArrayBufferLike>();
  /** Rejects what is waiting once a thread was lost or the pool was closed. */
  #fail: (error: IadError) => void = () => {};
  #broken: IadError | undefined;
  /** Runs follow one another: functions that wait for each other all get a thread. */
  #last: Promise<unknown> = Promise.resolve();

  /** Why there can be no threads here; null if there can. */
  static get lack(): string | null {
    return threadsLack();
  }

  /**
   * @param count threads, 1..64, beside the calling one
   * @throws IadError BACKEND_UNAVAILABLE in a page that is not cross-origin isolated; WORKER_CRASHED if a thread does not start;
   *   BAD_ARGUMENT; MEMORY_BUDGET
   */
  static async open(count: number, options: ThreadsOptions = {}): Promise<KernelThreads> {
    checkInteger('KernelThreads', 'count', count, 1, MOST_THREADS);
    const maxBytes = options.maxBytes ?? 2 ** 31;
    checkInteger('KernelThreads', 'maxBytes', maxBytes, PAGE, MOST_PAGES * PAGE);
    const lack = threadsLack();
    if (lack !== null) {
      throw new IadError('BACKEND_UNAVAILABLE', `no threads: ${lack}`, {
        hint: 'Serve the page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
      });
    }
    const threads = new KernelThreads(maxBytes);
    try {
      await threads.#start(count);
    } catch (cause) {
      await threads.close();
      if (cause instanceof IadError) throw cause;
      throw new IadError('WORKER_CRASHED', `a kernel thread does not start: ${String(cause)}`, {
        path: 'KernelThreads',
        cause,
      });
    }
    return threads;
  }

  private constructor(maxBytes: number) {
    this.#memory = sharedMemory(Math.ceil(maxBytes / PAGE));
    this.#heap = new Heap(maxBytes, (end) => this.#grow(end));
    this.#module = kernelModule(true);
    this.kernels = instantiate(this.#module, this.#memory);
  }

  get count(): number {
    return this.#seats.length;
  }

  /** The memory; ask anew after `allocate`, which may have made it longer. */
  get buffer(): ArrayBufferLike {
    this.#given.add(this.#memory.buffer);
    return this.#memory.buffer;
  }

  /** Whether an array lies in this memory; then its `byteOffset` is its address. */
  holds({ buffer }: ArrayBufferView): boolean {
    return this.#given.has(buffer);
  }

  /**
   * Copies numbers into this memory, for kernels that read them there more than once.
   * @returns a view of the copy; `free(view.byteOffset)` gives its place back
   * @throws IadError MEMORY_BUDGET as `allocate`
   */
  keep(values: Float32Array): Float32Array {
    const at = this.allocate(values.byteLength);
    const kept = new Float32Array(this.buffer, at, values.length);
    kept.set(values);
    return kept;
  }

  /**
   * Bytes for the kernels, uninitialised, at a multiple of 64.
   * @throws IadError MEMORY_BUDGET beyond `maxBytes`, or where the machine has no more
   */
  allocate(bytes: number): number {
    return this.#heap.allocate(bytes);
  }

  free(address: number): void {
    this.#heap.free(address);
  }

  /**
   * Calls a function of the module once for each list of arguments, on whichever thread is idle; as many lists as threads run at
   * the same time. A run waits until earlier ones are done.
   * @returns the functions' results, in the order of the lists
   * @throws IadError WORKER_CRASHED if a thread dies, which a trap in the function causes too, and after that; ABORTED once closed
   */
  run(name: keyof WasmKernels, lists: readonly (readonly number[])[]): Promise<number[]> {
    const run = this.#last.then(() => this.#work(name, lists));
    this.#last = run.catch(() => {});
    return run;
  }

  /** Ends the threads; what waits fails with ABORTED. The memory goes once nothing refers to it. Safe to call twice. */
  async close(): Promise<void> {
    this.#break(new IadError('ABORTED', 'the threads were closed', { path: 'KernelThreads' }));
    await Promise.all(this.#seats.map(({ worker }) => worker.end()));
  }

  async #start(count: number): Promise<void> {
    while (this.#seats.length < count) this.#seats.push(this.#hire());
    const init = { module: this.#module, memory: this.#memory };
    await this.#watch(this.#seats.map((seat) => this.#ask(seat, init)));
    for (const { worker } of this.#seats) worker.hold(false);
  }

  async #work(name: keyof WasmKernels, lists: readonly (readonly number[])[]): Promise<number[]> {
    const results: number[] = [];
    let next = 0;
    const serve = async (seat: Seat) => {
      while (next < lists.length) {
        const at = next++;
        results[at] = await this.#ask(seat, { name, values: lists[at]! });
      }
    };
    const seats = this.#seats.slice(0, lists.length);
    // Or Node would end the process although somebody waits.
    for (const { worker } of seats) worker.hold(true);
    await this.#watch(seats.map(serve));
    for (const { worker } of seats) worker.hold(false);
    return results;
  }

  /** Waits for all of them, or for the end of the pool. */
  async #watch(work: readonly Promise<unknown>[]): Promise<void> {
    if (this.#broken) throw this.#broken;
    const lost = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    await Promise.race([Promise.all(work), lost]);
  }

  #ask(seat: Seat, message: Parameters<ThreadWorker['post']>[0]): Promise<number> {
    return new Promise((settle) => {
      seat.settle = settle;
      if (!this.#broken) seat.worker.post(message);
    });
  }

  #hire(): Seat {
    const worker = startWorker({
      answered: (result) => seat.settle?.(result),
      lost: (reason, cause) => {
        this.#break(
          new IadError('WORKER_CRASHED', `a kernel thread died: ${reason}`, { path: 'KernelThreads', cause }),
        );
        for (const other of this.#seats) void other.worker.end();
      },
    });
    const seat: Seat = { worker, settle: null };
    return seat;
  }

  #break(error: IadError): void {
    this.#broken ??= error;
    this.#fail(this.#broken);
  }

  #grow(end: number): boolean {
    const missing = Math.ceil(end / PAGE) - this.#memory.buffer.byteLength / PAGE;
    try {
      if (missing > 0) this.#memory.grow(missing);
      return true;
    } catch {
      return false;
    }
  }
}

/** Address space is set aside for all of it at once. */
function sharedMemory(maximum: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
  } catch (cause) {
    throw new IadError('MEMORY_BUDGET', `no address space for ${maximum * PAGE} bytes of shared memory`, {
      path: 'KernelThreads',
      hint: 'Close threads that are not used any more, or open these with a smaller maxBytes.',
      cause,
    });
  }
}
