// The augmentations of published protocols, as steps. Those of a method are in the method's own configuration.
import { IadError } from '../../runtime/errors.js';
import type { AugmentStep } from './steps.js';

/**
 * AutoVI, Table 11: half of the images are turned by up to 15 degrees, and half get noise whose variance is drawn per image.
 * The paper names neither resampling nor corners; these are torchvision's defaults.
 */
export const AUTOVI_AUGMENTATION: readonly AugmentStep[] = [
  { kind: 'rotate', degrees: [-15, 15], probability: 0.5 },
  { kind: 'gaussianNoise', variance: [10, 120], probability: 0.5 },
];

/** Training images made of each one in IM-IAD's few-shot setting: itself and four more. */
export const FEW_SHOT_COPIES = 5;

/** The columns of IM-IAD's Table IX; `rotation` is the one it recommends. */
export type FewShotKind = 'rotation' | 'scale' | 'translate' | 'flip' | 'colorJitter' | 'perspective';

/**
 * What makes copy 0..4 of a training image that already has the network's size. Copy 0 is the image itself, except with
 * `colorJitter`, where it is changed too. (The benchmark's code adds up the steps of all copies before; these start anew for
 * each. For `flip` it names four copies: the fifth is made like the fourth.)
 * @throws IadError `BAD_ARGUMENT` for another copy
 */
export function fewShotSteps(kind: FewShotKind, copy: number): readonly AugmentStep[] {
  if (!Number.isInteger(copy) || copy < 0 || copy >= FEW_SHOT_COPIES) {
    throw new IadError('BAD_ARGUMENT', `fewShotSteps: copy ${copy}, there are 0 to ${FEW_SHOT_COPIES - 1}`);
  }
  if (copy === 0 && kind !== 'colorJitter') return [];
  const share = copy / 8;
  switch (kind) {
    case 'rotation':
      return [{ kind: 'rotate', degrees: [72 * copy, 72 * copy] }];
    case 'scale':
      return [{ kind: 'scale', factor: [1 - share, 1 - share] }];
    case 'translate':
      return [{ kind: 'translate', share }];
    case 'flip':
      return [{ kind: 'flip', horizontal: copy === 2 ? 0 : 0.5, vertical: copy === 1 ? 0 : 0.5 }];
    case 'colorJitter': {
      const strength = copy === 0 ? 1 : 0.5 + (copy - 1) / 3;
      return [{ kind: 'colorJitter', brightness: strength, contrast: strength }];
    }
    case 'perspective':
      return [{ kind: 'perspective', distortion: share }];
    default:
      return kind satisfies never;
  }
}
