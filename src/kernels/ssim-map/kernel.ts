// The registry entries of ssimMap and of its gradient.
import { IadError } from '../../runtime/errors.js';
import { type KernelDefinition, runKernel } from '../registry.js';
import { ssimMapComposite, ssimMapGradientComposite } from './composite.js';
import { ssimMapCpu, ssimMapGradientCpu } from './reference.js';
import { ssimMapGradientWasm, ssimMapWasm } from './wasm.js';
import { ssimMapGradientWebGpu, ssimMapWebGpu } from './webgpu.js';

/** (a, b, upstream; range, padding) to [the gradient by a]. */
export const SSIM_MAP_GRADIENT: KernelDefinition = {
  name: 'SsimMapGradient',
  cpu: ssimMapGradientCpu,
  wasm: ssimMapGradientWasm,
  webgpu: ssimMapGradientWebGpu,
  composite: ssimMapGradientComposite,
};

/** (a, b; range, padding = 0 zero or 1 valid) to [map]. */
export const SSIM_MAP: KernelDefinition = {
  name: 'SsimMap',
  cpu: ssimMapCpu,
  wasm: ssimMapWasm,
  webgpu: ssimMapWebGpu,
  composite: ssimMapComposite,
  gradient: {
    inputs: ['a', 'b'],
    backward: ([upstream], [a, b], numbers) => {
      if (!upstream || !a || !b) throw new IadError('BACKEND_WRONG', 'SsimMap: saved tensors are missing');
      const gradient = (of: typeof a, other: typeof a) => () => {
        const [by] = runKernel(SSIM_MAP_GRADIENT, { a: of, b: other, upstream }, { ...numbers });
        if (!by) throw new IadError('BACKEND_WRONG', 'SsimMapGradient: no output');
        return by;
      };
      // SSIM is symmetric: its gradient by b is the one by a with the inputs exchanged.
      return { a: gradient(a, b), b: gradient(b, a) };
    },
  },
};
