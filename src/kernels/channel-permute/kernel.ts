// The registry entry of channelPermute.
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
      if (!dy || !order || !inverse)
        throw new IadError('BACKEND_WRONG', 'ChannelPermute: its gradient misses a tensor');
      return { x: () => runKernel(CHANNEL_PERMUTE, { x: dy, order: inverse, inverse: order }, {})[0] ?? dy };
    },
  },
};
