// DifferNet's options on the command line.
import type { MethodFlag } from '../parts/flags.js';
import { TRAINED_FLAGS } from '../parts/trained/index.js';
import { LOCALISATIONS, ROTATIONS } from './config.js';

export const FLAGS: readonly MethodFlag[] = [
  ...TRAINED_FLAGS,
  { flag: '--blocks <n>', description: 'csflow, differnet: coupling blocks of the flow', value: 'wholeNumber' },
  { flag: '--hidden <n>', description: 'csflow, differnet: width of the subnets', value: 'wholeNumber' },
  { flag: '--copies <n>', description: 'differnet: turned copies of an image in a step', value: 'wholeNumber' },
  { flag: '--rotations <name>', description: 'differnet: angles that images are scored at', value: ROTATIONS },
  { flag: '--rotation-count <n>', description: 'differnet: how many angles', value: 'wholeNumber' },
  { flag: '--localisation <name>', description: 'differnet: how the map is made', value: LOCALISATIONS },
];
