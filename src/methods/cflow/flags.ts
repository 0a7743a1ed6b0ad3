// CFLOW-AD's options on the command line.
import type { MethodFlag } from '../parts/flags.js';
import { TRAINED_FLAGS } from '../parts/trained/flags.js';

export const FLAGS: readonly MethodFlag[] = [
  ...TRAINED_FLAGS,
  { flag: '--couplings <n>', description: 'cflow: coupling blocks of each decoder', value: 'wholeNumber' },
  { flag: '--position-channels <n>', description: "cflow: channels of a position's code", value: 'wholeNumber' },
  { flag: '--fibers <n>', description: 'cflow: feature vectors in an optimiser step', value: 'wholeNumber' },
  { flag: '--rotation <degrees>', description: 'cflow: training images are turned by up to this', value: 'number' },
  {
    flag: '--encoder-padding <name>',
    description: "cflow: beyond the image's border",
    value: ['reflect', 'zeros'],
  },
];
