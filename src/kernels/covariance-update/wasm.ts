// covarianceUpdate and covarianceMerge on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { featureSizes } from '../features.js';
import { packedSize } from '../packed.js';
import { input, type KernelCall, matrix, number } from '../registry.js';
import { address, allocate, type WasmBackend, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { joining, mergeScratch, paddedDepth, updateScratch } from './plan.js';

function outputs(backend: WasmBackend, count: number, depth: number): TensorInfo[] {
  const shapes = [
    [count, depth],
    [count, depth],
    [count, packedSize(depth)],
  ];
  return shapes.map((shape) => allocate(backend, shape, 'float32'));
}

export function covarianceUpdateWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { batch, positions, depth } = featureSizes(call);
  const [images, from, count] = [number(call, 'images'), number(call, 'from'), number(call, 'count')];
  const at = (name: string) => address(backend, input(call, name));
  const made = outputs(backend, count, depth);
  const { shift, keep } = joining(images, batch);
  const block = [at('features') + from * depth * 4, batch, positions * depth * 4, count, depth, paddedDepth(depth)];
  const known = images > 0 ? [at('anchor'), at('offset'), at('scatter')] : [0, 0, 0];
  withScratch(backend, updateScratch(depth), (scratch) => {
    const targets = made.map((tensor) => address(backend, tensor));
    wasmKernels(backend).covarianceUpdate(...block, ...known, shift, keep, scratch, ...targets);
  });
  return made;
}

export function covarianceMergeWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { rows, columns: depth } = matrix(call, 'anchor');
  const made = outputs(backend, rows, depth);
  const { shift, keep } = joining(number(call, 'images'), number(call, 'otherImages'));
  const names = ['anchor', 'offset', 'scatter', 'otherAnchor', 'otherOffset', 'otherScatter'];
  const sides = names.map((name) => address(backend, input(call, name)));
  withScratch(backend, mergeScratch(depth), (scratch) => {
    const targets = made.map((tensor) => address(backend, tensor));
    wasmKernels(backend).covarianceMerge(rows, depth, paddedDepth(depth), ...sides, shift, keep, scratch, ...targets);
  });
  return made;
}
