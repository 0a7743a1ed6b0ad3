// PaDiM's options on the command line.
import { FROZEN_FLAGS, type MethodFlag } from '../parts/flags.js';

export const FLAGS: readonly MethodFlag[] = [
  ...FROZEN_FLAGS,
  {
    flag: '--embedding <name>',
    description: 'padim: channels kept, or all projected',
    value: ['select', 'orthogonal'],
  },
  { flag: '--dims <n>', description: 'padim: dimensions left, or auto, or all', value: 'wholeNumberOrText' },
  { flag: '--ridge <variance>', description: 'padim: added to every variance', value: 'number' },
];
