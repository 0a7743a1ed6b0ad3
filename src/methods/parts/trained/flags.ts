// The command line options of all trained methods.
import { FROZEN_FLAGS, type MethodFlag } from '../flags.js';

export const TRAINED_FLAGS: readonly MethodFlag[] = [
  ...FROZEN_FLAGS,
  { flag: '--epochs <n>', description: 'trained methods: passes over the images', value: 'wholeNumber' },
  { flag: '--batch-size <n>', description: 'trained methods: images in a step', value: 'wholeNumber' },
  { flag: '--learning-rate <rate>', description: 'trained methods: of the optimiser', value: 'number' },
  { flag: '--weight-decay <rate>', description: 'trained methods: of the optimiser', value: 'number' },
  { flag: '--cache-budget <size>', description: 'trained methods: disk for features while fitting', value: 'bytes' },
];
