// Reading and making tensors inside a kernel of the `cpu` backend, where the reference implementations run.
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import { IadError } from '../runtime/errors.js';

/** The float32 values of a kernel's input. */
export function readFloats(backend: KernelBackend, tensor: TensorInfo): Float32Array {
  const values: unknown = backend.readSync(tensor.dataId);
  if (values instanceof Float32Array) return values;
  throw new IadError('BAD_ARGUMENT', `a kernel input must hold float32 values, not ${tensor.dtype}`);
}

/** The int32 values of a kernel's input. */
export function readIntegers(backend: KernelBackend, tensor: TensorInfo): Int32Array {
  const values: unknown = backend.readSync(tensor.dataId);
  if (values instanceof Int32Array) return values;
  throw new IadError('BAD_ARGUMENT', `a kernel input must hold int32 values, not ${tensor.dtype}`);
}

/** A kernel's output made from values. */
export function makeTensor(backend: KernelBackend, values: Float32Array | Int32Array, shape: number[]): TensorInfo {
  const dtype = values instanceof Int32Array ? 'int32' : 'float32';
  return { dataId: backend.write(values, shape, dtype), shape, dtype };
}
