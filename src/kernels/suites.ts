// The kernels' shared cases, for whoever walks over all of them. A new kernel is one line here.
import type { KernelSuite } from './case.js';

export const SUITES: readonly KernelSuite[] = [];
