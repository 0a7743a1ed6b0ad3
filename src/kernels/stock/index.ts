// tfjs's own kernels that a backend lacks or has slow: ours take their place under tfjs's names, so that every stock op and
// its gradient gains. They are put in by useBackend, never by an import.

import type { KernelFunc } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { STOCK_GRADIENTS } from './gradients.js';

export interface StockKernel {
  /** tfjs's name of the kernel. */
  readonly name: string;
  readonly backendName: string;
  readonly run: KernelFunc;
}

const STOCK_KERNELS: readonly StockKernel[] = [];

const installed = new Set<StockKernel>();

/** Replaces or adds tfjs's kernels for a backend, and the gradients for all; a second call does nothing. */
export function installStockKernels(backendName: string): void {
  for (const gradient of STOCK_GRADIENTS) {
    if (tf.getGradient(gradient.kernelName) !== gradient) tf.registerGradient(gradient);
  }
  for (const kernel of STOCK_KERNELS) {
    if (kernel.backendName !== backendName || installed.has(kernel)) continue;
    if (tf.getKernel(kernel.name, backendName)) tf.unregisterKernel(kernel.name, backendName);
    tf.registerKernel({ kernelName: kernel.name, backendName, kernelFunc: kernel.run });
    installed.add(kernel);
  }
}
