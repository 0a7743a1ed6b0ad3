// Learning settings for properties: those whose options are few enough to be drawn alike by all.
import fc from 'fast-check';
import { FEW_SHOT_AUGMENTATIONS } from '../../src/benchmark/settings/index.js';

export const PERCENT = [5, 10, 15, 20] as const;

export const fewShot = fc.record({
  kind: fc.constant('few-shot' as const),
  shots: fc.constantFrom(1, 2, 4, 8),
  augmentation: fc.constantFrom(...FEW_SHOT_AUGMENTATIONS),
  protocol: fc.constantFrom('paper' as const, 'im-iad-code' as const),
});

export const noisy = fc.record({
  kind: fc.constant('noisy' as const),
  percent: fc.constantFrom(...PERCENT),
  ratioOf: fc.constantFrom('normal' as const, 'total' as const),
  overlap: fc.boolean(),
});
