// The kernels' shared cases, for whoever walks over all of them. A new kernel is one line here.
import type { KernelSuite } from './case.js';
import { K_CENTER_SUITE } from './k-center-greedy/cases.js';

export const SUITES: readonly KernelSuite[] = [K_CENTER_SUITE];
