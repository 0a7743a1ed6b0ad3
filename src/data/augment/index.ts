// Augmentation of training images: the single operations, and seeded random lists of them.
export { type Augmentation, augmentationText, augmented } from './augmentation.js';
export { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './color.js';
export { crop, flip, type RotateOptions, rotate, scale, translate } from './geometry.js';
export { addGaussianNoise } from './noise.js';
export { type Corners, type Point, perspective } from './perspective.js';
export { AUTOVI_AUGMENTATION, FEW_SHOT_COPIES, type FewShotKind, fewShotSteps } from './settings.js';
export { type AugmentStep, augment, augmentRandom, type Picture, type Range } from './steps.js';
export type { Border, Pixels, Resample, Sampling } from './warp.js';
