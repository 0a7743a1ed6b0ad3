// The kernels' WebAssembly module, instantiated on the memory of tfjs's own wasm backend: tensors are used where they lie.

import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { track } from '../registry.js';
import { KERNEL_BINARIES, KERNEL_FUNCTIONS } from './generated.js';

/** The slice of tfjs's wasm backend that the kernels need. */
interface WasmParts {
  /** The threaded build holds its memory beside its exports, the others among them. */
  readonly wasm: { readonly asm: { readonly memory?: WebAssembly.Memory }; readonly wasmMemory?: WebAssembly.Memory };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
}

export type WasmBackend = KernelBackend & WasmParts;

type WasmFunction = (...args: number[]) => number;
/** Arguments are addresses, counts and floats in the order of the `*.as.ts` files. */
export type WasmKernels = Readonly<Record<(typeof KERNEL_FUNCTIONS)[number], WasmFunction>>;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWasmBackend(backend: unknown): backend is WasmBackend {
  if (!(backend instanceof tf.KernelBackend) || !('wasm' in backend) || !('dataIdMap' in backend)) return false;
  const { wasm } = backend;
  return (
    isObject(wasm) &&
    isObject(wasm.asm) &&
    (wasm.asm.memory ?? wasm.wasmMemory) instanceof WebAssembly.Memory &&
    'makeOutput' in backend &&
    typeof backend.makeOutput === 'function'
  );
}

function isKernels(exports: WebAssembly.Exports): exports is WebAssembly.Exports & WasmKernels {
  return KERNEL_FUNCTIONS.every((name) => typeof exports[name] === 'function');
}

/** @throws IadError BACKEND_WRONG if this is not tfjs's wasm backend or its insides have changed */
export function wasmBackend(backend: unknown): WasmBackend {
  if (isWasmBackend(backend)) return backend;
  throw withoutMemory();
}

function withoutMemory(): IadError {
  return new IadError('BACKEND_WRONG', 'the wasm backend does not expose its memory', {
    hint: 'Use the @tensorflow/tfjs-backend-wasm version that this package depends on.',
  });
}

/** The memory that the backend's tensors lie in. */
export function memoryOf({ wasm }: WasmBackend): WebAssembly.Memory {
  const memory = wasm.asm.memory ?? wasm.wasmMemory;
  if (memory) return memory;
  throw withoutMemory();
}

const instances = new WeakMap<WebAssembly.Memory, WasmKernels>();

/** The kernels on this backend's memory; compiled once per backend. */
export function wasmKernels(backend: WasmBackend): WasmKernels {
  const memory = memoryOf(backend);
  const known = instances.get(memory);
  if (known) return known;
  // A page that is not cross-origin isolated has no SharedArrayBuffer, not even the name.
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const kernels = instantiate(kernelModule(isShared), memory);
  instances.set(memory, kernels);
  return kernels;
}

/** The kernels of a module on a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WasmKernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (isKernels(exports)) return exports;
  throw new IadError('BACKEND_WRONG', 'the embedded kernels are not those this code expects', {
    hint: 'Build again: src/kernels/wasm/generated.ts is stale.',
  });
}

/** The module for a kind of memory; with fused multiply-add where this engine takes it. */
export function kernelModule(isShared: boolean): WebAssembly.Module {
  const relaxed = decode(isShared ? KERNEL_BINARIES.sharedRelaxed : KERNEL_BINARIES.relaxed);
  const bytes = WebAssembly.validate(relaxed)
    ? relaxed
    : decode(isShared ? KERNEL_BINARIES.shared : KERNEL_BINARIES.plain);
  return new WebAssembly.Module(bytes);
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** Where a tensor's data starts in the backend's memory. */
export function address(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Allocates an output tensor on the backend's heap, uninitialised. */
export function allocate(backend: WasmBackend, shape: number[], dtype: 'float32' | 'int32' | 'bool'): TensorInfo {
  const size = tf.util.sizeFromShape(shape);
  // The heap takes larger sizes for negative ones, and gives memory that is in use.
  if (size * 4 >= 2 ** 31) throw withoutRoom(shape);
  const info = track(backend.makeOutput(shape, dtype));
  if (size > 0 && address(backend, info) === 0) {
    backend.disposeData(info.dataId);
    throw withoutRoom(shape);
  }
  return info;
}

/** A tensor of these values. Not the backend's own `write`, which goes on without memory where there is none. */
export function write(backend: WasmBackend, values: Float32Array, shape: number[]): TensorInfo {
  const info = allocate(backend, shape, 'float32');
  new Float32Array(memoryOf(backend).buffer, address(backend, info), values.length).set(values);
  return info;
}

function withoutRoom(shape: number[]): IadError {
  return new IadError('MEMORY_BUDGET', `the wasm heap has no room for a tensor of shape [${shape}]`, {
    hint: 'Use fewer rows: a smaller coreset, or fewer images at a time.',
  });
}

/** Runs `use` with the address of `floats` floats of scratch memory, which is freed afterwards. */
export function withScratch<T>(backend: WasmBackend, floats: number, use: (at: number) => T): T {
  const scratch = allocate(backend, [floats], 'float32');
  try {
    return use(address(backend, scratch));
  } finally {
    backend.disposeData(scratch.dataId);
  }
}
