// kCenterGreedy on tfjs's wasm backend. The state's tensors are changed in place from slice to slice.
import type { TensorInfo } from '@tensorflow/tfjs';
import { distanceSlack, principalBasis, rounding } from '../reduction.js';
import { input, type KernelCall, matrix, matrixTensor, number } from '../registry.js';
import { address, allocate, type WasmBackend, wasmBackend, wasmKernels, withScratch, write } from '../wasm/module.js';
import { packBasis } from '../wasm/reduce.js';
import { BLOCK, CATCH_UP_MARGIN, prepareScratch, REDUCED, unitFor } from './plan.js';

/**
 * State: the distances alone for the plain algorithm; else the points' distances, seen, blockMax, reduced, errors, the centres'
 * positions, panels, lengths, and the scales.
 */
export function kCenterStartWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const count = matrix(call, 'features').rows;
  const picks = number(call, 'count');
  const at = (tensor: TensorInfo) => address(backend, tensor);
  const distances = allocate(backend, [count], 'float32');
  wasmKernels(backend).kCenterAnchors(at(input(call, 'anchors')), count, at(distances));
  if (number(call, 'bounds') === 0) return [distances];

  const slots = Math.ceil(picks / 8) * 8;
  const seen = allocate(backend, [count], 'int32');
  const blockMax = allocate(backend, [Math.ceil(count / BLOCK)], 'float32');
  const errors = allocate(backend, [count], 'float32');
  const centres = allocate(backend, [slots], 'int32');
  const centreLengths = allocate(backend, [slots], 'int32');
  // Pairs of int16 in the places of int32.
  const reduced = allocate(backend, [count, REDUCED.width / 2], 'int32');
  const panels = allocate(backend, [slots / 8, REDUCED.first / 2, 8], 'int32');
  const scales = reducePoints(call, backend, [at(reduced), at(errors)]);
  wasmKernels(backend).kCenterStart(count, at(distances), at(seen), at(blockMax));
  return [distances, seen, blockMax, reduced, errors, centres, panels, centreLengths, scales];
}

/** Fills the reduced points and their errors at the addresses `targets`; returns [unit, largest error]. */
function reducePoints(call: KernelCall, backend: WasmBackend, targets: readonly [number, number]): TensorInfo {
  const { info, rows: total, columns: depth } = matrix(call, 'features');
  const found = principalBasis(matrixTensor(call, 'features'), REDUCED.width, REDUCED.free);
  const { mean, basis } = packBasis(backend, found);
  const kernels = wasmKernels(backend);
  const { projectionError, residualError } = rounding(found);
  const [rows, centre, panels] = [address(backend, info), address(backend, mean), address(backend, basis)];
  const { unit, error } = withScratch(backend, prepareScratch(depth), (scratch) => {
    const aligned = Math.ceil(scratch / 8) * 8;
    const unit = unitFor(kernels.kCenterUnit(rows, total, depth, centre, aligned));
    const points = [rows, total, depth, centre, panels, aligned, unit, projectionError, residualError];
    return { unit, error: kernels.kCenterPrepare(...points, ...targets) };
  });
  for (const tensor of [mean, basis]) backend.disposeData(tensor.dataId);
  return write(backend, Float32Array.of(unit, error * 1.000001), [2]);
}

export function kCenterAdvanceWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const kernels = wasmKernels(backend);
  const { info, rows: count, columns: depth } = matrix(call, 'features');
  const from = number(call, 'from');
  const to = number(call, 'to');
  const indices = allocate(backend, [to - from], 'int32');
  const radii = allocate(backend, [to - from], 'float32');
  const at = (tensor: TensorInfo) => address(backend, tensor);
  const scales = call.inputs.s8;
  if (!scales) {
    kernels.kCenterPlain(at(info), count, depth, to - from, at(input(call, 's0')), at(indices), at(radii));
    return [indices, radii];
  }
  const state = Array.from({ length: 8 }, (_, i) => at(input(call, `s${i}`)));
  const [unit, error] = Array.from(backend.readSync(scales.dataId), Number);
  const picks = [at(info), count, depth, from, to, CATCH_UP_MARGIN, unit!, distanceSlack(depth), error!];
  kernels.kCenterAdvance(...picks, ...state, at(indices), at(radii));
  return [indices, radii];
}
