// Every row of the kernel benchmark. A new kernel is one line here.
import { CONV_BACKPROP_BENCHMARKS } from './conv2d-backprop.js';
import { GAUSSIAN_BENCHMARKS } from './gaussian.js';
import { K_CENTER_BENCHMARKS } from './k-center-greedy.js';
import type { KernelBenchmark } from './types.js';

export const BENCHMARKS: readonly KernelBenchmark[] = [
  ...CONV_BACKPROP_BENCHMARKS,
  ...GAUSSIAN_BENCHMARKS,
  ...K_CENTER_BENCHMARKS,
];
