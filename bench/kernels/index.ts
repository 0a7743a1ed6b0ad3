// Every row of the kernel benchmark. A new kernel is one line here.
import { GAUSSIAN_BENCHMARKS } from './gaussian.js';
import type { KernelBenchmark } from './types.js';

export const BENCHMARKS: readonly KernelBenchmark[] = [...GAUSSIAN_BENCHMARKS];
