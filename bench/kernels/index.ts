// Every row of the kernel benchmark. A new kernel is one line here.
import { BATCH_MAT_MUL_BENCHMARKS } from './batch-mat-mul.js';
import { CONV_BACKPROP_BENCHMARKS } from './conv2d-backprop.js';
import { FLOW_BENCHMARKS } from './flow.js';
import { GAUSSIAN_BENCHMARKS } from './gaussian.js';
import { IMAGE_MAP_BENCHMARKS } from './image-maps.js';
import { K_CENTER_BENCHMARKS } from './k-center-greedy.js';
import { OPTIMIZER_BENCHMARKS } from './optimizer-step.js';
import { TOP_K_BENCHMARKS } from './top-k-neighbors.js';
import type { KernelBenchmark } from './types.js';

export const BENCHMARKS: readonly KernelBenchmark[] = [
  ...BATCH_MAT_MUL_BENCHMARKS,
  ...CONV_BACKPROP_BENCHMARKS,
  ...FLOW_BENCHMARKS,
  ...GAUSSIAN_BENCHMARKS,
  ...IMAGE_MAP_BENCHMARKS,
  ...K_CENTER_BENCHMARKS,
  ...OPTIMIZER_BENCHMARKS,
  ...TOP_K_BENCHMARKS,
];
