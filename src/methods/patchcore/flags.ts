// PatchCore's options on the command line.
import { FROZEN_FLAGS, type MethodFlag } from '../parts/flags.js';

export const FLAGS: readonly MethodFlag[] = [
  ...FROZEN_FLAGS,
  { flag: '--variant <name>', description: 'patchcore: whose', value: ['official', 'anomalib'] },
  { flag: '--coreset-ratio <share>', description: 'patchcore: share of patches kept', value: 'number' },
  {
    flag: '--coreset-count <rows>',
    description: 'patchcore: rows of the memory bank, instead of a share',
    value: 'wholeNumber',
  },
  {
    flag: '--reweight <neighbours>',
    description: 'patchcore: re-weight the image score (Eq. 7), 1: off',
    value: 'wholeNumber',
  },
  {
    flag: '--score-top <n>',
    description: 'patchcore: image score = mean of the n largest patch scores',
    value: 'wholeNumber',
  },
];
