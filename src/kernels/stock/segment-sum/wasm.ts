// UnsortedSegmentSum for tfjs's wasm backend, which has none: the gradient of gather.
import type { KernelFunc } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { address, allocate, wasmBackend, wasmKernels } from '../../wasm/module.js';
import { wrongAttribute } from '../attributes.js';
import { floats, integers } from '../inputs.js';

/** x [N, ...], segmentIds [N] -> [numSegments, ...]; rows of a segment outside 0..numSegments - 1 are dropped. */
export const segmentSumWasm: KernelFunc = ({ inputs, attrs, backend: given }) => {
  const backend = wasmBackend(given);
  const x = floats('UnsortedSegmentSum', inputs, 'x');
  const segments = attrs?.numSegments;
  if (typeof segments !== 'number') throw wrongAttribute('numSegments', segments);
  const [count = 0, ...row] = x.shape;
  const ids = integers('UnsortedSegmentSum', inputs, 'segmentIds', [count]);
  const out = allocate(backend, [segments, ...row], 'float32');
  const places = [address(backend, x), address(backend, ids)];
  wasmKernels(backend).segmentSum(...places, count, tf.util.sizeFromShape(row), segments, address(backend, out));
  return out;
};
