// The turned copies that DifferNet sees of an image: drawn while it is trained, at given angles when it scores.
import { type AugmentStep, augment } from '../../data/augment/index.js';
import type { Image } from '../../data/types.js';
import { Random } from '../../runtime/random.js';
import type { DifferNetConfig } from './config.js';

/** `config.copies` copies of a view, each turned by any angle (nearest pixel, black corners), its colours changed if that is wanted. */
export function turnedCopies(config: DifferNetConfig): (view: Image, random: Random) => Image[] {
  const { copies, brightness, contrast, saturation } = config;
  const steps: AugmentStep[] = [
    { kind: 'rotate', degrees: [-180, 180] },
    { kind: 'colorJitter', brightness, contrast, saturation },
  ];
  return (view, random) => Array.from({ length: copies }, () => augment({ image: view }, steps, random).image);
}

/** The angles that images are scored at, degrees counterclockwise. */
export function scoringAngles({ rotations, rotationCount, seed }: DifferNetConfig): number[] {
  switch (rotations) {
    case 'fixed':
      return Array.from({ length: rotationCount }, (_, i) => (360 * i) / rotationCount);
    case 'random': {
      const random = Random.forKey('differnet|rotations', seed);
      return Array.from({ length: rotationCount }, () => 360 * random.uniform() - 180);
    }
    default:
      return rotations satisfies never;
  }
}
