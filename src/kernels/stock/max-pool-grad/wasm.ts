// The gradient of maxPool for tfjs's wasm backend, whose own is wrong.
import type { KernelFunc } from '@tensorflow/tfjs';
import { address, allocate, wasmBackend, wasmKernels } from '../../wasm/module.js';
import { pooling } from '../attributes.js';
import { floats } from '../inputs.js';

/** dy [N, H', W', C], input [N, H, W, C] -> [N, H, W, C]. */
export const maxPoolGradWasm: KernelFunc = ({ inputs, attrs, backend: given }) => {
  const backend = wasmBackend(given);
  const x = floats('MaxPoolGrad', inputs, 'input');
  const info = pooling(x.shape, attrs);
  const dy = floats('MaxPoolGrad', inputs, 'dy', info.outShape);
  const sizes = [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth],
    ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
  ];
  const dx = allocate(backend, info.inShape, 'float32');
  wasmKernels(backend).maxPoolGrad(address(backend, dy), address(backend, x), ...sizes, address(backend, dx));
  return dx;
};
