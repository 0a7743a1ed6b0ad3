// The gradients of conv2d for tfjs's wasm backend: by the filter, which it lacks, and by the input (also the transposed
// convolution), which it has slow. Padding enters the products as zeros: where a filter's element lies on padding, an infinity
// or NaN that it meets makes NaN.
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../../wasm/module.js';
import { type Conv2DInfo, convolution, shapeAttribute } from '../attributes.js';
import { floats } from '../inputs.js';

/** The sizes in the order of wasm.as.ts. */
function sizes(info: Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth, info.outChannels],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
  ];
}

/** x [N, H, W, C], dy [N, H', W', F] -> [kh, kw, C, F]. */
export const convBackpropFilterWasm: KernelFunc = ({ inputs, attrs, backend: given }): TensorInfo => {
  const backend = wasmBackend(given);
  const kernels = wasmKernels(backend);
  const x = floats('Conv2DBackpropFilter', inputs, 'x');
  const info = convolution(x.shape, shapeAttribute(attrs, 'filterShape'), attrs, false);
  const dy = floats('Conv2DBackpropFilter', inputs, 'dy', info.outShape);
  const dw = allocate(backend, info.filterShape, 'float32');
  const floatsNeeded = kernels.convBackpropFilterScratch(info.filterWidth * info.inChannels, info.outChannels);
  withScratch(backend, floatsNeeded, (scratch) => {
    const from = [address(backend, x), address(backend, dy)];
    kernels.convBackpropFilter(...from, ...sizes(info), address(backend, dw), scratch);
  });
  return dw;
};

/** dy [N, H', W', F], filter [kh, kw, C, F] -> [N, H, W, C]. */
export const convBackpropInputWasm: KernelFunc = ({ inputs, attrs, backend: given }): TensorInfo => {
  const backend = wasmBackend(given);
  const kernels = wasmKernels(backend);
  const filter = floats('Conv2DBackpropInput', inputs, 'filter');
  const info = convolution(shapeAttribute(attrs, 'inputShape'), filter.shape, attrs, false);
  const dy = floats('Conv2DBackpropInput', inputs, 'dy', info.outShape);
  const dx = allocate(backend, info.inShape, 'float32');
  const filterSize = info.filterHeight * info.filterWidth;
  const floatsNeeded = kernels.convBackpropInputScratch(filterSize, info.inChannels, info.outChannels);
  withScratch(backend, floatsNeeded, (scratch) => {
    const from = [address(backend, dy), address(backend, filter)];
    kernels.convBackpropInput(...from, ...sizes(info), address(backend, dx), scratch);
  });
  return dx;
};
