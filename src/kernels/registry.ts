// Puts the kernels into tfjs's own kernel registry, once per backend, and runs them through tfjs's engine.

import type { KernelBackend, NamedAttrMap, Tensor, Tensor1D, Tensor2D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';

export interface KernelCall {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly numbers: Readonly<Record<string, number>>;
  readonly backend: KernelBackend;
}

export type KernelImplementation = (call: KernelCall) => TensorInfo[];

/** How training goes backwards through a kernel. */
export interface KernelGradient {
  /** Inputs that the gradient needs. */
  readonly inputs: readonly string[];
  /** Which outputs it needs; none unless told. */
  readonly outputs?: readonly boolean[];
  /**
   * @param upstream the loss's gradient by each output
   * @param saved the inputs, then the outputs asked for
   * @returns for each input that has a gradient, a function that computes it
   */
  readonly backward: (
    upstream: readonly Tensor[],
    saved: readonly Tensor[],
    numbers: Readonly<Record<string, number>>,
  ) => Record<string, () => Tensor>;
}

/** One kernel: which implementation serves which backend. A missing one means that the op does without on that backend. */
export interface KernelDefinition {
  readonly name: string;
  /**
   * The kernel that goes on from this one's outputs, as its inputs s0, s1, ...: a state that each backend forms in its own way, so
   * that the two are tested together, by the other one's cases.
   */
  readonly startOf?: string;
  readonly cpu?: KernelImplementation;
  readonly wasm?: KernelImplementation;
  readonly webgpu?: KernelImplementation;
  /** Stock tfjs ops, for every backend that has no implementation of its own. */
  readonly composite?: KernelImplementation;
  readonly gradient?: KernelGradient;
}

function ownImplementation(kernel: KernelDefinition, backendName: string): KernelImplementation | undefined {
  if (backendName === 'cpu') return kernel.cpu;
  if (backendName === 'wasm') return kernel.wasm;
  return backendName === 'webgpu' ? kernel.webgpu : undefined;
}

function numbersOf(attrs: NamedAttrMap | undefined): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(attrs ?? {})) if (typeof value === 'number') numbers[name] = value;
  return numbers;
}

/** Registers one kernel for a backend; a second call does nothing. */
export function registerKernel(kernel: KernelDefinition, backendName: string): void {
  if (tf.getKernel(kernel.name, backendName)) return;
  const implementation = ownImplementation(kernel, backendName) ?? kernel.composite;
  if (!implementation) return;
  if (kernel.gradient && !tf.getGradient(kernel.name)) registerGradient(kernel.name, kernel.gradient);
  tf.registerKernel({
    kernelName: kernel.name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      if (!(backend instanceof tf.KernelBackend)) {
        throw new IadError('BACKEND_WRONG', `${kernel.name}: backend ${backendName} is not a tfjs KernelBackend`);
      }
      const given: Record<string, TensorInfo> = {};
      for (const [name, tensor] of Object.entries(inputs)) if (tensor) given[name] = tensor;
      return guarded(kernel.name, backend, () => implementation({ inputs: given, numbers: numbersOf(attrs), backend }));
    },
  });
}

/** What the kernels that are running have allocated; see {@link track}. */
const allocated: TensorInfo[] = [];

/** Remembers an output or scratch tensor until its kernel ends, so that one which fails leaves nothing behind. */
export function track(info: TensorInfo): TensorInfo {
  allocated.push(info);
  return info;
}

/** Runs a kernel; if it throws, frees what it allocated and names it in the error. */
export function guarded<T>(name: string, backend: KernelBackend, run: () => T): T {
  const outer = allocated.length;
  try {
    return run();
  } catch (cause) {
    for (const { dataId } of allocated.slice(outer)) backend.disposeData(dataId);
    throw inNameOf(name, cause);
  } finally {
    allocated.length = outer;
  }
}

/** What went wrong, where there was no room with the name of what asked for it. */
export function inNameOf(name: string, cause: unknown): unknown {
  if (!(cause instanceof IadError) || cause.code !== 'MEMORY_BUDGET') return cause;
  return new IadError(cause.code, `${name}: out of memory`, { hint: cause.message, cause });
}

function registerGradient(kernelName: string, { inputs, outputs, backward }: KernelGradient): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...inputs],
    ...(outputs && { outputsToSave: [...outputs] }),
    gradFunc: (dy, saved, attrs) => backward(Array.isArray(dy) ? dy : [dy], saved, numbersOf(attrs)),
  });
}

/** Whether the current backend has this kernel, after registering it where it can be. */
export function hasKernel(kernel: KernelDefinition): boolean {
  registerKernel(kernel, tf.getBackend());
  return tf.getKernel(kernel.name, tf.getBackend()) !== undefined;
}

/** Runs a kernel on the current backend and returns its outputs, owned by the caller. */
export function runKernel(
  kernel: KernelDefinition,
  inputs: Record<string, Tensor>,
  numbers: Record<string, number>,
): Tensor[] {
  if (!hasKernel(kernel)) {
    throw new IadError('BACKEND_WRONG', `${kernel.name}: backend ${tf.getBackend()} has no such kernel`);
  }
  const outputs = tf.engine().runKernel<Tensor | Tensor[]>(kernel.name, inputs, numbers);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** A state's tensors as inputs of the kernel that goes on from it; see {@link KernelDefinition.startOf}. */
export function stateInputs(state: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(state.map((tensor, i) => [`s${i}`, tensor]));
}

/** A kernel's input by name. */
export function input(call: KernelCall, name: string): TensorInfo {
  const tensor = call.inputs[name];
  if (tensor) return tensor;
  throw new IadError('BAD_ARGUMENT', `a kernel misses its input ${name}`);
}

/** A kernel's number by name. */
export function number(call: KernelCall, name: string): number {
  const value = call.numbers[name];
  if (value !== undefined) return value;
  throw new IadError('BAD_ARGUMENT', `a kernel misses its number ${name}`);
}

/** A kernel's matrix input with its sizes. */
export function matrix(call: KernelCall, name: string): { info: TensorInfo; rows: number; columns: number } {
  const info = input(call, name);
  const [rows, columns] = info.shape;
  if (info.shape.length === 2 && rows !== undefined && columns !== undefined) return { info, rows, columns };
  throw new IadError('BAD_ARGUMENT', `a kernel needs a matrix as ${name}, not [${info.shape}]`);
}

export function isMatrix(info: TensorInfo | undefined): info is Tensor2D {
  return info instanceof tf.Tensor && info.rank === 2;
}

/** A kernel's matrix input as a tensor, for implementations made of stock ops. */
export function matrixTensor(call: KernelCall, name: string): Tensor2D {
  const info = input(call, name);
  if (isMatrix(info)) return info;
  throw new IadError('BAD_ARGUMENT', `a kernel needs a tensor of rank 2 as ${name}, not [${info.shape}]`);
}

function isVector(info: TensorInfo): info is Tensor1D {
  return info instanceof tf.Tensor && info.rank === 1;
}

/** A kernel's vector input as a tensor, for implementations made of stock ops. */
export function vectorTensor(call: KernelCall, name: string): Tensor1D {
  const info = input(call, name);
  if (isVector(info)) return info;
  throw new IadError('BAD_ARGUMENT', `a kernel needs a tensor of rank 1 as ${name}, not [${info.shape}]`);
}
