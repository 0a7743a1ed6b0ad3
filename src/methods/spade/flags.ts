// SPADE's options on the command line.
import { FROZEN_FLAGS, type MethodFlag } from '../parts/flags.js';

export const FLAGS: readonly MethodFlag[] = [
  ...FROZEN_FLAGS,
  { flag: '--k <n>', description: 'spade: good images that one is compared with', value: 'wholeNumber' },
  { flag: '--fusion <name>', description: 'spade: layers one by one, or as one vector', value: ['layers', 'concat'] },
  { flag: '--image-score <name>', description: 'spade: what the image score is of', value: ['global', 'mapMax'] },
  { flag: '--storage <type>', description: 'spade: numbers of the gallery', value: ['float32', 'float16'] },
];
