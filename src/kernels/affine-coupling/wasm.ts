// affineCoupling and its gradient on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import { input, type KernelCall, matrix, number } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels } from '../wasm/module.js';
import { clampOf } from './reference.js';

function sizes(call: KernelCall) {
  const { info, rows, columns } = matrix(call, 'x');
  const samples = number(call, 'samples');
  const { activation, alpha, slope, shift } = clampOf(call);
  return { info, rows, columns, samples, numbers: [samples, rows / samples, columns, activation, alpha, slope, shift] };
}

function couplingWasm(call: KernelCall, inverse: boolean): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows, columns, samples, numbers } = sizes(call);
  const y = allocate(backend, [rows, columns], 'float32');
  const logDeterminant = allocate(backend, [samples], 'float32');
  const inputs = [address(backend, info), address(backend, input(call, 'parameters'))];
  const outputs = [address(backend, y), address(backend, logDeterminant)];
  wasmKernels(backend).affineCoupling(...inputs, ...numbers, Number(inverse), ...outputs);
  return [y, logDeterminant];
}

export function affineCouplingWasm(call: KernelCall): TensorInfo[] {
  return couplingWasm(call, false);
}

export function affineCouplingInverseWasm(call: KernelCall): TensorInfo[] {
  return couplingWasm(call, true);
}

export function affineCouplingGradientWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows, columns, numbers } = sizes(call);
  const dx = allocate(backend, [rows, columns], 'float32');
  const dParameters = allocate(backend, [rows, 2 * columns], 'float32');
  const at = (name: string) => address(backend, input(call, name));
  const inputs = [address(backend, info), at('parameters'), at('dy'), at('dLogDeterminant')];
  const outputs = [address(backend, dx), address(backend, dParameters)];
  wasmKernels(backend).affineCouplingGradient(...inputs, ...numbers, ...outputs);
  return [dx, dParameters];
}
