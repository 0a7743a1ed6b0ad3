// The cases of tfjs's kernels that this library replaces or adds. A new one is one line here.
import { BATCH_MAT_MUL_SUITE, FUSED_MAT_MUL_SUITE } from './batch-mat-mul/cases.js';
import type { StockSuite } from './case.js';
import { CONV_BACKPROP_FILTER_SUITE, CONV_BACKPROP_INPUT_SUITE } from './conv2d-backprop/cases.js';
import { DEPTHWISE_BACKPROP_FILTER_SUITE, DEPTHWISE_BACKPROP_INPUT_SUITE } from './depthwise-backprop/cases.js';
import { GATHER_SUITE } from './gather/cases.js';
import { MAX_POOL_GRAD_SUITE } from './max-pool-grad/cases.js';
import { RESIZE_BILINEAR_GRAD_SUITE, RESIZE_NEAREST_GRAD_SUITE } from './resize-grad/cases.js';
import { SEGMENT_SUM_SUITE } from './segment-sum/cases.js';

// biome-ignore format: one line each
export const STOCK_SUITES: readonly StockSuite[] = [
  BATCH_MAT_MUL_SUITE,
  FUSED_MAT_MUL_SUITE,
  CONV_BACKPROP_FILTER_SUITE,
  CONV_BACKPROP_INPUT_SUITE,
  DEPTHWISE_BACKPROP_FILTER_SUITE,
  DEPTHWISE_BACKPROP_INPUT_SUITE,
  GATHER_SUITE,
  MAX_POOL_GRAD_SUITE,
  RESIZE_BILINEAR_GRAD_SUITE,
  RESIZE_NEAREST_GRAD_SUITE,
  SEGMENT_SUM_SUITE,
];
