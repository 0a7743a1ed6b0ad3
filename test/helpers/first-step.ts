// What a loss is told of a training's first step.
import { Random } from '../../src/runtime/random.js';

const place = { step: 0, epoch: 0, batchNumber: 0, part: 0, stepOfPart: 0 };

export const FIRST_STEP = { ...place, random: new Random(0), sampleRandom: () => new Random(0) };
