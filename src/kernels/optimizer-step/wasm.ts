// The optimiser steps on tfjs's wasm backend.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { KernelCall } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels } from '../wasm/module.js';
import { ADAM_NUMBERS, adamNumbers, SGD_NUMBERS, sgdNumbers, stepOf } from './call.js';

function onWasm(call: KernelCall, name: 'sgdStep' | 'adamStep', numbers: readonly number[]): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { weights, gradient, state, moments, count } = stepOf(call);
  const next = allocate(backend, [count], 'float32');
  const nextState = allocate(backend, [moments, count], 'float32');
  const inputs = [weights, gradient, state].map((tensor) => address(backend, tensor));
  const outputs = [address(backend, next), address(backend, nextState)];
  wasmKernels(backend)[name](...inputs, count, moments, ...numbers, ...outputs);
  return [next, nextState];
}

export function sgdStepWasm(call: KernelCall): TensorInfo[] {
  const numbers = sgdNumbers(call);
  const given = SGD_NUMBERS.map((name) => numbers[name]);
  return onWasm(call, 'sgdStep', given);
}

export function adamStepWasm(call: KernelCall): TensorInfo[] {
  const numbers = adamNumbers(call);
  const given = ADAM_NUMBERS.map((name) => numbers[name]);
  return onWasm(call, 'adamStep', given);
}
