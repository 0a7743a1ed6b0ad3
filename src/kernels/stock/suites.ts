// The cases of tfjs's kernels that this library replaces or adds. A new one is one line here.
import { BATCH_MAT_MUL_SUITE, FUSED_MAT_MUL_SUITE } from './batch-mat-mul/cases.js';
import type { StockSuite } from './case.js';

export const STOCK_SUITES: readonly StockSuite[] = [BATCH_MAT_MUL_SUITE, FUSED_MAT_MUL_SUITE];
