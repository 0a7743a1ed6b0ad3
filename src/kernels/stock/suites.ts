// The cases of tfjs's kernels that this library replaces or adds. A new one is one line here.
import type { StockSuite } from './case.js';

export const STOCK_SUITES: readonly StockSuite[] = [];
