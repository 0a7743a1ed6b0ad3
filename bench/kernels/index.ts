// Every row of the kernel benchmark. A new kernel is one line here.
import { BATCH_MAT_MUL_BENCHMARKS } from './batch-mat-mul.js';
import type { KernelBenchmark } from './types.js';

export const BENCHMARKS: readonly KernelBenchmark[] = [...BATCH_MAT_MUL_BENCHMARKS];
