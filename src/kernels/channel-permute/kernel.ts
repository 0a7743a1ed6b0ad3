// The registry entry of channelPermute.
import type { Tensor } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { type KernelDefinition, runKernel } from '../registry.js';
import { channelPermuteComposite } from './composite.js';
import { channelPermuteCpu } from './reference.js';
import { channelPermuteWasm } from './wasm.js';
import { channelPermuteWebGpu } from './webgpu.js';

/** (x [R, C], order int32 [C], inverse int32 [C]) to [y [R, C]]; only the gradient uses the inverse. */
export const CHANNEL_PERMUTE: KernelDefinition = {
  name: 'ChannelPermute',
  cpu: channelPermuteCpu,
  wasm: channelPermuteWasm,
  webgpu: channelPermuteWebGpu,
  composite: channelPermuteComposite,
  gradient: {
    inputs: ['order', 'inverse'],
    backward: ([dy], [order, inverse]) => {
      const [back] = runKernel(CHANNEL_PERMUTE, { x: needed(dy), order: needed(inverse), inverse: needed(order) }, {});
      return { x: () => needed(back) };
    },
  },
};

function needed(tensor: Tensor | undefined): Tensor {
  if (tensor) return tensor;
  throw new IadError('BACKEND_WRONG', 'ChannelPermute: a tensor of its gradient is missing');
}
