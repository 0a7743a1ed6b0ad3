// FastFlow's options on the command line.
import type { MethodFlag } from '../parts/flags.js';
import { TRAINED_FLAGS } from '../parts/trained/index.js';

export const FLAGS: readonly MethodFlag[] = [
  ...TRAINED_FLAGS,
  { flag: '--steps <n>', description: "fastflow: steps of a layer's flow", value: 'wholeNumber' },
  { flag: '--kernels <name>', description: 'fastflow: filters of the subnets', value: ['auto', '3x3', 'alternating'] },
  { flag: '--hidden-ratio <ratio>', description: 'fastflow: hidden channels per input channel', value: 'number' },
  { flag: '--measure <name>', description: 'fastflow: what the map holds', value: ['likelihood', 'meanSquare'] },
  { flag: '--image-score <name>', description: 'fastflow: of the map', value: ['max', 'mean'] },
];
