// AutoVI's protocol (Carvalho et al., Computers in Industry 2024): eight runs on good images, and its further experiments.
import { AUTOVI_AUGMENTATION } from '../../data/augment/index.js';
import type { SettingOf } from './config.js';
import { drawNormal } from './few-shot.js';
import type { Population } from './population.js';
import { makeTask, plain, type TaskPlace } from './task.js';
import type { LearningTask } from './types.js';

/**
 * The window of each category in the released archives, width and height. The other windows of the publication's Table 12 cannot
 * be tried again from the archives; their numbers are among the published ones, by the settings `autovi:window=...`.
 */
export const AUTOVI_WINDOWS: Readonly<Record<string, readonly [width: number, height: number]>> = {
  engine_wiring: [400, 400],
  pipe_clip: [400, 400],
  pipe_staple: [400, 400],
  tank_screw: [1000, 750],
  underbody_pipes: [1000, 750],
  underbody_screw: [1000, 750],
};

/** Every training image, or a random part of them; augmented anew in each epoch if it is asked for. */
export function autoviTask(place: TaskPlace, population: Population, setting: SettingOf<'autovi'>): LearningTask {
  const { images, augmentation } = setting;
  const drawn = images === 'all' ? null : drawNormal(population, images, place, 'subset');
  const train = plain(drawn?.samples ?? population.normal, 'normal');
  return makeTask(place, population, {
    train: augmentation ? train.map((image) => ({ ...image, steps: AUTOVI_AUGMENTATION })) : train,
    capped: drawn?.capped ?? null,
    draws: drawn ? [drawn.draw] : [],
    augmentation: augmentation ? 'each-epoch' : 'none',
    window: place.dataset === 'autovi' ? windowOf(place.category) : null,
  });
}

function windowOf(category: string): LearningTask['window'] {
  return Object.hasOwn(AUTOVI_WINDOWS, category) ? (AUTOVI_WINDOWS[category] ?? null) : null;
}
