// The gradients of depthwiseConv2d for tfjs's wasm backend, which has none.
import type { KernelFunc } from '@tensorflow/tfjs';
import { address, allocate, wasmBackend, wasmKernels } from '../../wasm/module.js';
import { type Conv2DInfo, convolution, shapeAttribute } from '../attributes.js';
import { floats } from '../inputs.js';

/** The sizes in the order of wasm.as.ts. */
function sizes(info: Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outChannels / info.inChannels],
    ...[info.outHeight, info.outWidth, info.filterHeight, info.filterWidth],
    ...[info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
  ];
}

/** x [N, H, W, C], dy [N, H', W', C * M] -> [kh, kw, C, M]. */
export const depthwiseBackpropFilterWasm: KernelFunc = ({ inputs, attrs, backend: given }) => {
  const backend = wasmBackend(given);
  const x = floats('DepthwiseConv2dNativeBackpropFilter', inputs, 'x');
  const info = convolution(x.shape, shapeAttribute(attrs, 'filterShape'), attrs, true);
  const dy = floats('DepthwiseConv2dNativeBackpropFilter', inputs, 'dy', info.outShape);
  const dw = allocate(backend, info.filterShape, 'float32');
  const from = [address(backend, x), address(backend, dy)];
  wasmKernels(backend).depthwiseBackpropFilter(...from, ...sizes(info), address(backend, dw));
  return dw;
};

/** dy [N, H', W', C * M], filter [kh, kw, C, M] -> [N, H, W, C]. */
export const depthwiseBackpropInputWasm: KernelFunc = ({ inputs, attrs, backend: given }) => {
  const backend = wasmBackend(given);
  const filter = floats('DepthwiseConv2dNativeBackpropInput', inputs, 'filter');
  const info = convolution(shapeAttribute(attrs, 'inputShape'), filter.shape, attrs, true);
  const dy = floats('DepthwiseConv2dNativeBackpropInput', inputs, 'dy', info.outShape);
  const dx = allocate(backend, info.inShape, 'float32');
  const from = [address(backend, dy), address(backend, filter)];
  wasmKernels(backend).depthwiseBackpropInput(...from, ...sizes(info), address(backend, dx));
  return dx;
};
