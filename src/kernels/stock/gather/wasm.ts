// GatherV2 for tfjs's wasm backend, whose own is wrong with batch dimensions.
import type { KernelFunc } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { address, allocate, wasmBackend, wasmKernels } from '../../wasm/module.js';
import { wrongAttribute } from '../attributes.js';
import { integers } from '../inputs.js';

/**
 * x [batch..., outer..., size, inner...], indices [batch..., count...] -> [batch..., outer..., count..., inner...].
 * @throws IadError BAD_ARGUMENT for an index outside 0..size - 1
 */
export const gatherWasm: KernelFunc = ({ inputs, attrs, backend: given }) => {
  const backend = wasmBackend(given);
  const [x, indices] = [inputs.x, integers('GatherV2', inputs, 'indices')];
  const [axis, batchDims] = [attrs?.axis, attrs?.batchDims];
  if (!(x instanceof tf.Tensor) || !(indices instanceof tf.Tensor) || x.dtype === 'string' || x.dtype === 'complex64') {
    throw wrongAttribute('x', inputs.x?.dtype);
  }
  if (typeof axis !== 'number' || typeof batchDims !== 'number')
    throw wrongAttribute('axis, batchDims', [axis, batchDims]);
  const [place = 0] = tf.util.parseAxisParam(axis, x.shape);
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, place, batchDims);
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
  const outside = backend.readSync(indices.dataId).find((index) => !(Number(index) >= 0 && Number(index) < dimSize));
  if (outside !== undefined) {
    throw new IadError('BAD_ARGUMENT', `GatherV2: the index ${outside} is not in 0..${dimSize - 1}`, {
      path: 'indices',
    });
  }
  const out = allocate(backend, outputShape, x.dtype);
  const sizes = [batchSize, outerSize, dimSize, indices.size / batchSize, sliceSize * tf.util.bytesPerElement(x.dtype)];
  wasmKernels(backend).gatherSlices(address(backend, x), address(backend, indices), ...sizes, address(backend, out));
  return out;
};
