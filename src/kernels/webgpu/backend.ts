// tfjs's webgpu backend as the kernels use it: its device, its queue of commands, and the buffers of its tensors.

import type { DataType, KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { track } from '../registry.js';
import { checkDevice } from './faults.js';

/** The slice of tfjs's webgpu backend that the kernels need, private parts included. */
interface WebGpuParts {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly tensorMap: { get(dataId: object): { readonly resource?: unknown; values: unknown } };
  /** Buffers that went back are given out again; their users run in the order of the commands. */
  readonly bufferManager: { acquireBuffer(size: number, usage: number): GPUBuffer };
  /** Goes back to the manager after the next submission. */
  readonly uniformPendingDisposal: GPUBuffer[];
  /** What is recorded and not yet submitted, tfjs's own commands among it. */
  readonly commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(dataId: object): void;
  makeTensorInfo(shape: number[], dtype: DataType): TensorInfo;
}

export type WebGpuBackend = KernelBackend & WebGpuParts;

const METHODS = ['ensureCommandEncoderReady', 'endComputePassEncoder', 'submitQueue', 'uploadToGPU', 'makeTensorInfo'];
const OBJECTS = ['device', 'queue', 'tensorMap', 'bufferManager', 'uniformPendingDisposal'];

const proven = new WeakSet<object>();

function isWebGpuBackend(backend: unknown): backend is WebGpuBackend {
  if (!(backend instanceof tf.KernelBackend)) return false;
  if (proven.has(backend)) return true;
  const part = (name: string): unknown => Reflect.get(backend, name);
  const fits =
    METHODS.every((name) => typeof part(name) === 'function') &&
    OBJECTS.every((name) => typeof part(name) === 'object' && part(name) !== null) &&
    ['commandEncoder', 'computePassEncoder'].every((name) => name in backend) &&
    Array.isArray(part('uniformPendingDisposal')) &&
    typeof part('dispatchCountInPass') === 'number';
  if (fits) proven.add(backend);
  return fits;
}

/**
 * @throws IadError BACKEND_WRONG if this is not tfjs's webgpu backend or its insides have changed; DEVICE_LOST if its device is gone
 */
export function webGpuBackend(backend: unknown): WebGpuBackend {
  if (!isWebGpuBackend(backend)) {
    throw new IadError('BACKEND_WRONG', 'the webgpu backend does not expose its device and commands', {
      hint: 'Use the @tensorflow/tfjs-backend-webgpu version that this package depends on.',
    });
  }
  checkDevice(backend, backend.device);
  return backend;
}

/** Allocates a tensor on the device, uninitialised. */
export function allocate(backend: WebGpuBackend, shape: number[], dtype: 'float32' | 'int32'): TensorInfo {
  const elements = tf.util.sizeFromShape(shape);
  const limit = backend.device.limits.maxBufferSize;
  if (4 * elements > limit) {
    throw new IadError('MEMORY_BUDGET', `a tensor of shape [${shape}] is over the GPU's limit of ${limit} bytes`, {
      hint: 'Use fewer rows: a smaller coreset, or fewer images at a time.',
    });
  }
  const info = track(backend.makeTensorInfo(shape, dtype));
  if (elements > 0) backend.uploadToGPU(info.dataId);
  else backend.tensorMap.get(info.dataId).values = dtype === 'int32' ? new Int32Array(0) : new Float32Array(0);
  return info;
}

/**
 * Runs `use` with scratch tensors of so many 4-byte elements, which go back to tfjs's pool afterwards: it may be reused by the
 * commands that follow.
 */
export function withScratch<T>(
  backend: WebGpuBackend,
  elements: readonly number[],
  use: (...scratch: TensorInfo[]) => T,
): T {
  const scratch = elements.map((count) => allocate(backend, [count], 'float32'));
  try {
    return use(...scratch);
  } finally {
    for (const { dataId } of scratch) backend.disposeData(dataId);
  }
}

/** The buffer of a tensor, uploaded if need be. */
export function bufferOf(backend: WebGpuBackend, { dataId }: TensorInfo): GPUBuffer {
  backend.uploadToGPU(dataId);
  const { resource } = backend.tensorMap.get(dataId);
  if (resource instanceof GPUBuffer) return resource;
  throw new IadError('BACKEND_WRONG', 'a tensor of the webgpu backend has no buffer');
}

/** Whether WGSL on this device may `enable subgroups;`. */
export function hasSubgroups({ device }: WebGpuBackend): boolean {
  return device.features.has('subgroups');
}
