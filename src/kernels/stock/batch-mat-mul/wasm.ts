// BatchMatMul and _FusedMatMul on the wasm backend: the packed matrix product in place of tfjs's own.
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { address, allocate, type WasmBackend, wasmBackend, wasmKernels, withScratch } from '../../wasm/module.js';
import { floats } from '../inputs.js';
import type { StockKernel } from '../kernel.js';
import { broadcastIndices, broadcastShape, type MatMulShape, matMulShape } from './shape.js';

/** The numbers of finish.as.ts. */
const ACTIVATIONS: Readonly<Record<string, number>> = {
  linear: 0,
  relu: 1,
  relu6: 2,
  leakyrelu: 3,
  prelu: 3,
  elu: 4,
  sigmoid: 5,
};

export const BATCH_MAT_MUL: StockKernel = {
  name: 'BatchMatMul',
  backendName: 'wasm',
  run: ({ inputs, attrs, backend }) => multiply('BatchMatMul', wasmBackend(backend), inputs, attrs ?? {}).out,
};

export const FUSED_MAT_MUL: StockKernel = {
  name: '_FusedMatMul',
  backendName: 'wasm',
  run: ({ inputs, attrs, backend: given }) => {
    const backend = wasmBackend(given);
    const activation = ACTIVATIONS[`${attrs?.activation ?? 'linear'}`];
    if (activation === undefined) {
      throw new IadError('BAD_ARGUMENT', `_FusedMatMul: unknown activation ${attrs?.activation}`, {
        path: 'activation',
        hint: `Use one of ${Object.keys(ACTIVATIONS).join(', ')}.`,
      });
    }
    const { out, shape } = multiply('_FusedMatMul', backend, inputs, attrs ?? {});
    if (!inputs.bias && activation === 0) return out;
    const bias = operand(backend, 'bias', inputs, shape);
    const slopes = operand(backend, 'preluActivationWeights', inputs, shape);
    const { rows, columns } = shape;
    const slope = Number(attrs?.leakyreluAlpha ?? 0);
    const at = address(backend, out);
    for (let i = 0; i < shape.left.length; i++) {
      const sides = [at + i * rows * columns * 4, rows, columns, ...bias(i)];
      wasmKernels(backend).finishMatMul(...sides, activation, ...slopes(i), slope);
    }
    return out;
  },
};

function multiply(
  op: string,
  backend: WasmBackend,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap,
): { out: TensorInfo; shape: MatMulShape } {
  const a = floats(op, inputs, 'a');
  const b = floats(op, inputs, 'b');
  const [transposeA, transposeB] = [attrs.transposeA === true, attrs.transposeB === true];
  const shape = matMulShape(op, a.shape, b.shape, transposeA, transposeB);
  const { columns, depth, left, right } = shape;
  const out = allocate(backend, [...shape.outer, shape.rows, columns], 'float32');
  // One matrix on the right for all batches on the left: their rows are those of one tall matrix.
  const isTall = !transposeA && tf.util.sizeFromShape(b.shape) === depth * columns && left.every((at, i) => at === i);
  const rows = isTall ? left.length * shape.rows : shape.rows;
  if (rows === 0 || columns === 0) return { out, shape };
  const aStrides = transposeA ? [1, rows] : [depth, 1];
  const bStrides = transposeB ? [1, depth] : [columns, 1];
  const [aAt, bAt, outAt] = [address(backend, a), address(backend, b), address(backend, out)];
  const { gemm, gemmScratch } = wasmKernels(backend);
  withScratch(backend, gemmScratch(rows, columns, depth), (scratch) => {
    for (let i = 0; i < (isTall ? Math.min(1, left.length) : left.length); i++) {
      const from = [aAt + left[i]! * rows * depth * 4, ...aStrides, bAt + right[i]! * depth * columns * 4, ...bStrides];
      gemm(rows, columns, depth, ...from, outAt + i * rows * columns * 4, columns, scratch);
    }
  });
  return { out, shape };
}

/** For each batch, the address and the row and column strides of a tensor that broadcasts to the product; 0 without one. */
function operand(
  backend: WasmBackend,
  name: string,
  inputs: NamedTensorInfoMap,
  { outer, rows, columns }: MatMulShape,
): (batch: number) => [number, number, number] {
  if (!inputs[name]) return () => [0, 0, 0];
  const tensor = floats('_FusedMatMul', inputs, name);
  const { shape } = tensor;
  const out = [...outer, rows, columns];
  if (`${broadcastShape(shape, out)}` !== `${out}`) {
    throw new IadError('BAD_ARGUMENT', `_FusedMatMul: ${name} [${shape}] does not broadcast to [${out}]`, {
      path: name,
    });
  }
  const [high, wide] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const batches = broadcastIndices(shape.slice(0, -2), outer);
  const at = address(backend, tensor);
  return (batch) => [at + batches[batch]! * high * wide * 4, high > 1 ? wide : 0, wide > 1 ? 1 : 0];
}
