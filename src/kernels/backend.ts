// The choice of the backend, with the kernels put into it.

import * as tf from '@tensorflow/tfjs';
import {
  type BackendName,
  type BackendOptions,
  type BackendReport,
  ensureStarted,
  startBackend,
} from '../runtime/backend.js';
import { registerKernels } from './list.js';
import { installStockKernels } from './stock/index.js';
import { webGpuBackend } from './webgpu/backend.js';

function prepare(backendName: BackendName): void {
  // From here on, what goes wrong on the device is thrown.
  if (backendName === 'webgpu') webGpuBackend(tf.backend());
  installStockKernels(backendName);
  registerKernels(backendName);
}

/**
 * Sets the tfjs backend for this thread, and puts the kernels of this library into tfjs for it.
 *
 * `auto` takes the first that works of: `tensorflow` (@tensorflow/tfjs-node-gpu, else @tensorflow/tfjs-node, if
 * installed), `webgpu` (in Node through the optional package `webgpu`; a software renderer is passed over), `wasm`, `cpu`.
 * One that cannot be had, or that computes a small known convolution wrongly, is passed over, with the reason in the report.
 * A backend asked for by name is used even where `auto` would pass it over (WebGPU on a software renderer). Calls at the
 * same time are answered one after another, the last one holds; one that fails leaves the earlier choice in place.
 *
 * @throws IadError BAD_ARGUMENT for an unknown name; BACKEND_UNAVAILABLE if the named backend cannot be had, with the
 *   reason; BACKEND_WRONG if it computes the known convolution wrongly
 */
export async function useBackend(
  choice: BackendName | 'auto' = 'auto',
  options: BackendOptions = {},
): Promise<BackendReport> {
  return startBackend(choice, options, prepare);
}

/** Chooses by `auto` unless `useBackend` was called before. Methods call it, so that a forgotten choice is not slow. */
export async function ensureBackend(): Promise<BackendReport> {
  return ensureStarted(prepare);
}

/** The backend of a worker thread. */
export async function useThreadBackend(): Promise<void> {
  await useBackend('wasm');
}
