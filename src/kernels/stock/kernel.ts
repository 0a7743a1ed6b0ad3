// What it takes to stand in for one of tfjs's kernels.
import type { KernelFunc } from '@tensorflow/tfjs';

export interface StockKernel {
  /** tfjs's name of the kernel. */
  readonly name: string;
  readonly backendName: string;
  readonly run: KernelFunc;
}
