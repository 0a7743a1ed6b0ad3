// mahalanobisBatched on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { featureSizes } from '../features.js';
import { input, type KernelCall, matrix, number } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels, withScratch } from '../wasm/module.js';
import { wasmGroup } from './plan.js';

export function mahalanobisBatchedWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { batch, positions, depth } = featureSizes(call);
  const count = matrix(call, 'mean').rows;
  const at = (name: string) => address(backend, input(call, name));
  const squared = allocate(backend, [batch, count], 'float32');
  const group = wasmGroup(batch, depth);
  const features = at('features') + number(call, 'from') * depth * 4;
  withScratch(backend, group * (depth + 1), (scratch) => {
    const targets = [group, scratch, address(backend, squared)];
    const gaussians = [at('mean'), at('factors')];
    const sizes = [batch, positions * depth * 4, count, depth];
    wasmKernels(backend).mahalanobisBatched(features, ...sizes, ...gaussians, ...targets);
  });
  return [squared];
}
