// Fibers: the feature vectors at single places. Those of a batch of images are trained on in random order, in groups with an optimiser
// step each.
import { Random } from '../../runtime/random.js';

/** Fibers of a batch in one level, and how many make a group. */
export interface Fibers {
  /** Places of the level, times images. */
  readonly count: number;
  readonly groupSize: number;
}

/** Full groups; what is left over is not trained on. Fibers that are too few for a group make one all the same. */
export function groupCount({ count, groupSize }: Fibers): number {
  return Math.max(1, Math.floor(count / groupSize));
}

/**
 * The fibers of one group, in random order: no fiber is in two groups of the same batch.
 * @param group 0 to groupCount - 1
 * @param random a generator of this batch and level, anew for every group
 */
export function fibersOf({ count, groupSize }: Fibers, group: number, random: Random): number[] {
  return random.sample(count, Math.min(count, (group + 1) * groupSize)).slice(group * groupSize);
}

/** The generator of the order of a batch's fibers in one level. @param batch counted over all epochs */
export function fiberOrder(seed: number, batch: number, level: number): Random {
  return Random.forKey(`cflow|fibers|${batch}|${level}`, seed);
}
