// tfjs's own kernels that a backend lacks or has slow: ours take their place under tfjs's names, so that every stock op and
// its gradient gains. They are put in by useBackend, never by an import.

import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { guarded } from '../registry.js';
import { BATCH_MAT_MUL, FUSED_MAT_MUL } from './batch-mat-mul/wasm.js';
import { convBackpropFilterWasm, convBackpropInputWasm } from './conv2d-backprop/wasm.js';
import { depthwiseBackpropFilterWasm, depthwiseBackpropInputWasm } from './depthwise-backprop/wasm.js';
import { gatherWasm } from './gather/wasm.js';
import { STOCK_GRADIENTS } from './gradients.js';
import type { StockKernel } from './kernel.js';
import { maxPoolGradWasm } from './max-pool-grad/wasm.js';
import { resizeGradCpu } from './resize-grad/reference.js';
import { resizeGradWasm } from './resize-grad/wasm.js';
import { resizeGradWebGpu } from './resize-grad/webgpu.js';
import { segmentSumWasm } from './segment-sum/wasm.js';

// biome-ignore format: one line each
export const STOCK_KERNELS: readonly StockKernel[] = [
  BATCH_MAT_MUL,
  FUSED_MAT_MUL,
  { name: 'Conv2DBackpropFilter', backendName: 'wasm', run: convBackpropFilterWasm },
  { name: 'Conv2DBackpropInput', backendName: 'wasm', run: convBackpropInputWasm },
  { name: 'DepthwiseConv2dNativeBackpropFilter', backendName: 'wasm', run: depthwiseBackpropFilterWasm },
  { name: 'DepthwiseConv2dNativeBackpropInput', backendName: 'wasm', run: depthwiseBackpropInputWasm },
  { name: 'GatherV2', backendName: 'wasm', run: gatherWasm },
  { name: 'MaxPoolGrad', backendName: 'wasm', run: maxPoolGradWasm },
  { name: 'ResizeBilinearGrad', backendName: 'cpu', run: resizeGradCpu('bilinear') },
  { name: 'ResizeBilinearGrad', backendName: 'wasm', run: resizeGradWasm('bilinear') },
  { name: 'ResizeBilinearGrad', backendName: 'webgpu', run: resizeGradWebGpu('bilinear') },
  { name: 'ResizeNearestNeighborGrad', backendName: 'cpu', run: resizeGradCpu('nearest') },
  { name: 'ResizeNearestNeighborGrad', backendName: 'wasm', run: resizeGradWasm('nearest') },
  { name: 'ResizeNearestNeighborGrad', backendName: 'webgpu', run: resizeGradWebGpu('nearest') },
  { name: 'UnsortedSegmentSum', backendName: 'wasm', run: segmentSumWasm },
];

/** What tfjs had under a kernel's name before. */
const replaced = new Map<StockKernel, KernelConfig | undefined>();

/** Replaces or adds tfjs's kernels for a backend, and the gradients for all; a second call does nothing. */
export function installStockKernels(backendName: string): void {
  for (const gradient of STOCK_GRADIENTS) {
    if (tf.getGradient(gradient.kernelName) !== gradient) tf.registerGradient(gradient);
  }
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
