// The registry entries of normalizedDifference and of its gradient.
import { IadError } from '../../runtime/errors.js';
import { type KernelDefinition, runKernel } from '../registry.js';
import { normalizedDifferenceComposite, normalizedDifferenceGradientComposite } from './composite.js';
import { normalizedDifferenceCpu, normalizedDifferenceGradientCpu } from './reference.js';
import { normalizedDifferenceGradientWasm, normalizedDifferenceWasm } from './wasm.js';
import { normalizedDifferenceGradientWebGpu, normalizedDifferenceWebGpu } from './webgpu.js';

/** (a, b, upstream; kind) to [the gradient by a]. */
export const NORMALIZED_DIFFERENCE_GRADIENT: KernelDefinition = {
  name: 'NormalizedDifferenceGradient',
  cpu: normalizedDifferenceGradientCpu,
  wasm: normalizedDifferenceGradientWasm,
  webgpu: normalizedDifferenceGradientWebGpu,
  composite: normalizedDifferenceGradientComposite,
};

/** (a, b; kind = 0 squared or 1 cosine) to [distances]. */
export const NORMALIZED_DIFFERENCE: KernelDefinition = {
  name: 'NormalizedDifference',
  cpu: normalizedDifferenceCpu,
  wasm: normalizedDifferenceWasm,
  webgpu: normalizedDifferenceWebGpu,
  composite: normalizedDifferenceComposite,
  gradient: {
    inputs: ['a', 'b'],
    backward: ([upstream], [a, b], numbers) => {
      if (!upstream || !a || !b) throw new IadError('BACKEND_WRONG', 'NormalizedDifference: saved tensors are missing');
      const gradient = (of: typeof a, other: typeof a) => () => {
        const [by] = runKernel(NORMALIZED_DIFFERENCE_GRADIENT, { a: of, b: other, upstream }, { ...numbers });
        if (!by) throw new IadError('BACKEND_WRONG', 'NormalizedDifferenceGradient: no output');
        return by;
      };
      // The distance is symmetric: its gradient by b is the one by a with the inputs exchanged.
      return { a: gradient(a, b), b: gradient(b, a) };
    },
  },
};
