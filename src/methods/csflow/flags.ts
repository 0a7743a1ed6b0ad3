// CS-Flow's options on the command line.
import type { MethodFlag } from '../parts/flags.js';
import { SHRINKINGS, TRAINED_FLAGS } from '../parts/trained/index.js';

export const FLAGS: readonly MethodFlag[] = [
  ...TRAINED_FLAGS,
  { flag: '--blocks <n>', description: 'csflow, differnet: coupling blocks of the flow', value: 'wholeNumber' },
  { flag: '--hidden <n>', description: 'csflow, differnet: width of the subnets', value: 'wholeNumber' },
  { flag: '--shrinking <name>', description: 'csflow: how the smaller scales are made', value: SHRINKINGS },
];
