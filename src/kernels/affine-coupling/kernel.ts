// The registry entries of affineCoupling, its inverse and its gradient.
import type { Tensor } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { type KernelDefinition, runKernel } from '../registry.js';
import {
  affineCouplingComposite,
  affineCouplingGradientComposite,
  affineCouplingInverseComposite,
} from './composite.js';
import { affineCouplingCpu, affineCouplingGradientCpu, affineCouplingInverseCpu } from './reference.js';
import { affineCouplingGradientWasm, affineCouplingInverseWasm, affineCouplingWasm } from './wasm.js';
import { affineCouplingGradientWebGpu, affineCouplingInverseWebGpu, affineCouplingWebGpu } from './webgpu.js';

/** (x, parameters, dy, dLogDeterminant; samples and the clamp's numbers) to [dx, dParameters]. */
export const AFFINE_COUPLING_GRADIENT: KernelDefinition = {
  name: 'AffineCouplingGradient',
  cpu: affineCouplingGradientCpu,
  wasm: affineCouplingGradientWasm,
  webgpu: affineCouplingGradientWebGpu,
  composite: affineCouplingGradientComposite,
};

/** (x [R, C], parameters [R, 2C]; samples and the clamp's numbers) to [y [R, C], logDeterminant [samples]]. */
export const AFFINE_COUPLING: KernelDefinition = {
  name: 'AffineCoupling',
  cpu: affineCouplingCpu,
  wasm: affineCouplingWasm,
  webgpu: affineCouplingWebGpu,
  composite: affineCouplingComposite,
  gradient: {
    inputs: ['x', 'parameters'],
    backward: ([dy, dLogDeterminant], [x, parameters], numbers) => {
      const inputs = { x, parameters, dy, dLogDeterminant };
      const [dx, dParameters] = runKernel(AFFINE_COUPLING_GRADIENT, all(inputs), { ...numbers });
      return { x: () => needed(dx), parameters: () => needed(dParameters) };
    },
  },
};

/** As AFFINE_COUPLING, backwards: y to x. Sampling is not trained through, so it has no gradient. */
export const AFFINE_COUPLING_INVERSE: KernelDefinition = {
  name: 'AffineCouplingInverse',
  cpu: affineCouplingInverseCpu,
  wasm: affineCouplingInverseWasm,
  webgpu: affineCouplingInverseWebGpu,
  composite: affineCouplingInverseComposite,
};

function all(tensors: Record<string, Tensor | undefined>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, needed(tensor)]));
}

function needed(tensor: Tensor | undefined): Tensor {
  if (tensor) return tensor;
  throw new IadError('BACKEND_WRONG', 'AffineCoupling: a tensor of its gradient is missing');
}
