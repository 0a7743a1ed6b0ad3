// The inputs of kernels that go by tfjs's names, and small arrays beside them.
import type { KernelBackend, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { track } from '../registry.js';

/** A float32 input by name. */
export function floats(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const info = inputs[name];
  if (info?.dtype === 'float32') return info;
  throw new IadError('BAD_ARGUMENT', `${name} must be float32, not ${info?.dtype ?? 'absent'}`, { path: name });
}

/** An int32 input by name. */
export function integers(inputs: NamedTensorInfoMap, name: string): TensorInfo {
  const info = inputs[name];
  if (info?.dtype === 'int32') return info;
  throw new IadError('BAD_ARGUMENT', `${name} must be int32, not ${info?.dtype ?? 'absent'}`, { path: name });
}

/** The backend that a kernel runs on. */
export function kernelBackend(backend: unknown): KernelBackend {
  if (backend instanceof tf.KernelBackend) return backend;
  throw new IadError('BACKEND_WRONG', 'a kernel runs on what is not a tfjs KernelBackend');
}

/** Runs `use` with arrays on the backend's device, which are freed afterwards. */
export function withArrays<T>(
  backend: KernelBackend,
  arrays: readonly (Int32Array | Float32Array)[],
  use: (tensors: TensorInfo[]) => T,
): T {
  const tensors = arrays.map((values): TensorInfo => {
    const dtype = values instanceof Int32Array ? 'int32' : 'float32';
    return track({ dataId: backend.write(values, [values.length], dtype), shape: [values.length], dtype });
  });
  try {
    return use(tensors);
  } finally {
    for (const { dataId } of tensors) backend.disposeData(dataId);
  }
}
