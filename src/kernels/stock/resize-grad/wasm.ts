// The gradients of the resizes on tfjs's wasm backend.
import type { KernelFunc } from '@tensorflow/tfjs';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../../wasm/module.js';
import { withArrays } from '../inputs.js';
import { resizeGrad } from './call.js';
import { type Interpolation, PLACES } from './plan.js';

export function resizeGradWasm(interpolation: Interpolation): KernelFunc {
  return ({ inputs, attrs, backend: given }) => {
    const backend = wasmBackend(given);
    const { dy, shape, dyHeight, dyWidth, rows, columns } = resizeGrad(inputs, attrs, interpolation, PLACES.wasm);
    const [batch, height, width, channels] = shape;
    const dx = allocate(backend, shape, 'float32');
    const lists = [rows.starts, rows.from, rows.weights, columns.starts, columns.from, columns.weights];
    withArrays(backend, lists, (tensors) => {
      withScratch(backend, dyWidth * channels, (line) => {
        const places = tensors.map((tensor) => address(backend, tensor));
        const sizes = [batch, dyHeight, dyWidth, channels, height, width];
        wasmKernels(backend).resizeGrad(address(backend, dy), ...sizes, ...places, line, address(backend, dx));
      });
    });
    return dx;
  };
}
