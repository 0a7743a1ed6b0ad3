// tfjs's own kernels that a backend lacks or has slow: ours take their place under tfjs's names, so that every stock op and
// its gradient gains. They are put in by useBackend, never by an import.

import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { guarded } from '../registry.js';
import { BATCH_MAT_MUL, FUSED_MAT_MUL } from './batch-mat-mul/wasm.js';
import type { StockKernel } from './kernel.js';

export const STOCK_KERNELS: readonly StockKernel[] = [BATCH_MAT_MUL, FUSED_MAT_MUL];

/** What tfjs had under a kernel's name before. */
const replaced = new Map<StockKernel, KernelConfig | undefined>();

/** Replaces or adds tfjs's kernels for a backend; a second call does nothing. */
export function installStockKernels(backendName: string): void {
  for (const kernel of STOCK_KERNELS) {
    if (kernel.backendName !== backendName || replaced.has(kernel)) continue;
    const own = tf.getKernel(kernel.name, backendName);
    if (own) tf.unregisterKernel(kernel.name, backendName);
    tf.registerKernel({ kernelName: kernel.name, backendName, kernelFunc: guardedRun(kernel) });
    replaced.set(kernel, own);
  }
}

function guardedRun({ name, backendName, run }: StockKernel): KernelFunc {
  return (call) => {
    if (call.backend instanceof tf.KernelBackend) return guarded(name, call.backend, () => run(call));
    throw new IadError('BACKEND_WRONG', `${name}: backend ${backendName} is not a tfjs KernelBackend`);
  };
}

/** Gives tfjs its own kernels back, for those who compare with them. */
export function removeStockKernels(backendName: string): void {
  for (const [kernel, own] of replaced) {
    if (kernel.backendName !== backendName) continue;
    tf.unregisterKernel(kernel.name, backendName);
    if (own) tf.registerKernel(own);
    replaced.delete(kernel);
  }
}
