// Every row of the kernel benchmark. A new kernel is one line here.
import type { KernelBenchmark } from './types.js';

export const BENCHMARKS: readonly KernelBenchmark[] = [];
