// kCenterGreedy on tfjs's wasm backend. The state's tensors are changed in place from slice to slice.
import type { TensorInfo } from '@tensorflow/tfjs';
import { principalBasis, rounding } from '../reduction.js';
import { input, type KernelCall, matrix, matrixTensor, number } from '../registry.js';
import { address, allocate, wasmBackend, wasmKernels } from '../wasm/module.js';
import { packBasis, projectRows } from '../wasm/reduce.js';
import { BLOCK, CATCH_UP_MARGIN, REDUCED } from './plan.js';

/** State: distances, seen, blockMax, reduced, terms of the points; centres, centrePoints, panels, centreTerms of the picks. */
export function kCenterStartWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows: count } = matrix(call, 'features');
  const slots = Math.ceil(number(call, 'count') / 8) * 8;
  const distances = allocate(backend, [count], 'float32');
  const seen = allocate(backend, [count], 'int32');
  const blockMax = allocate(backend, [Math.ceil(count / BLOCK)], 'float32');
  const reduced = allocate(backend, [Math.ceil(count / 4) * 4, REDUCED.width], 'float32');
  const terms = allocate(backend, [count], 'float32');
  const centres = allocate(backend, [slots], 'int32');
  const centrePoints = allocate(backend, [slots, REDUCED.width], 'float32');
  const panels = allocate(backend, [slots / 8, REDUCED.first, 8], 'float32');
  const centreTerms = allocate(backend, [slots], 'float32');
  const at = (tensor: TensorInfo) => address(backend, tensor);

  const found = principalBasis(matrixTensor(call, 'features'), REDUCED.width, REDUCED.free);
  const { mean, basis } = packBasis(backend, found);
  const projection = { rows: at(info), count, basis: found, mean: at(mean), panels: at(basis), out: at(reduced) };
  const { projectionError, residualError, keep, penalty } = rounding(found);
  projectRows(backend, projection, (norms) => {
    const bound = [projectionError, residualError, keep, penalty];
    wasmKernels(backend).kCenterReduce(at(reduced), norms, count, ...bound, at(terms));
  });
  backend.disposeData(mean.dataId);
  backend.disposeData(basis.dataId);
  const state = [at(distances), at(seen), at(blockMax), at(centreTerms)];
  wasmKernels(backend).kCenterStart(at(input(call, 'anchors')), count, ...state, slots);
  return [distances, seen, blockMax, reduced, terms, centres, centrePoints, panels, centreTerms];
}

export function kCenterAdvanceWasm(call: KernelCall): TensorInfo[] {
  const backend = wasmBackend(call.backend);
  const { info, rows: count, columns: depth } = matrix(call, 'features');
  const from = number(call, 'from');
  const to = number(call, 'to');
  const state = Array.from({ length: 9 }, (_, i) => address(backend, input(call, `s${i}`)));
  const { cross, keep } = rounding({ width: REDUCED.width, depth });
  const radii = allocate(backend, [to - from], 'float32');
  const points = [address(backend, info), count, depth, from, to, CATCH_UP_MARGIN];
  const known = wasmKernels(backend).kCenterAdvance(...points, ...state, cross, keep, address(backend, radii));
  const picked = known - from;
  const indices = backend.readSync(input(call, 's5').dataId).slice(from, known);
  const values = backend.readSync(radii.dataId).slice(0, picked);
  backend.disposeData(radii.dataId);
  return [
    { dataId: backend.write(indices, [picked], 'int32'), shape: [picked], dtype: 'int32' },
    { dataId: backend.write(values, [picked], 'float32'), shape: [picked], dtype: 'float32' },
  ];
}
