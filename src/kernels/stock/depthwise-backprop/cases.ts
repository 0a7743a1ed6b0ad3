// Inputs of the gradients of depthwise convolutions.
import type { StockSuite } from '../case.js';
import { filterCase, GEOMETRIES, inputCase } from '../conv2d-backprop/cases.js';

export const DEPTHWISE_BACKPROP_FILTER_SUITE: StockSuite = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  cases: () => GEOMETRIES.map((geometry) => filterCase(geometry, true)),
};
export const DEPTHWISE_BACKPROP_INPUT_SUITE: StockSuite = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  cases: () => GEOMETRIES.map((geometry) => inputCase(geometry, true)),
};
