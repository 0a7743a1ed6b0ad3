// STPM's options on the command line.
import type { MethodFlag } from '../parts/flags.js';
import { TRAINED_FLAGS } from '../parts/trained/index.js';

export const FLAGS: readonly MethodFlag[] = [
  ...TRAINED_FLAGS,
  { flag: '--validation-share <share>', description: 'stpm: share of images that choose the epoch', value: 'number' },
];
