// The inputs of kernels that go by tfjs's names, and small arrays beside them.
import type { KernelBackend, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { track } from '../registry.js';

/**
 * A kernel's float32 input by name.
 * @param shape what the other inputs and the attributes make of it; any unless told
 * @throws IadError BAD_ARGUMENT for another type or shape
 */
export function floats(op: string, inputs: NamedTensorInfoMap, name: string, shape?: readonly number[]): TensorInfo {
  return inputOf(op, inputs, name, 'float32', shape);
}

/** As {@link floats}, of int32. */
export function integers(op: string, inputs: NamedTensorInfoMap, name: string, shape?: readonly number[]): TensorInfo {
  return inputOf(op, inputs, name, 'int32', shape);
}

function inputOf(
  op: string,
  inputs: NamedTensorInfoMap,
  name: string,
  dtype: 'float32' | 'int32',
  shape: readonly number[] | undefined,
): TensorInfo {
  const info = inputs[name];
  if (info?.dtype !== dtype) {
    throw new IadError('BAD_ARGUMENT', `${op}: ${name} must be ${dtype}, not ${info?.dtype ?? 'absent'}`, {
      path: name,
      hint: 'Cast it first.',
    });
  }
  if (!shape || `${info.shape}` === `${shape}`) return info;
  throw new IadError('BAD_ARGUMENT', `${op}: ${name} must be [${shape}], not [${info.shape}]`, { path: name });
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
