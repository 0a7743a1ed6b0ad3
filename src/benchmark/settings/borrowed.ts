// The settings that train on anomalous images, of the test part as a rule: supervised as anomalies, noisy as if they were normal.
import type { Sample } from '../../data/types.js';
import { IadError } from '../../runtime/errors.js';
import { capTo } from './cap.js';
import type { SettingOf } from './config.js';
import type { Population } from './population.js';
import { drawSamples } from './sampling.js';
import { makeTask, plain, type TaskPlace } from './task.js';
import type { Cap, LearningTask } from './types.js';

/**
 * All normal images and n anomalous ones with their masks, all types of defect together. They are drawn from those that the
 * dataset has in its training part; where it has none, as in IM-IAD, from the test images, and are no longer tested.
 * @throws IadError `BAD_ARGUMENT` if the category has too few anomalous test images to give one
 */
export function supervisedTask(
  place: TaskPlace,
  population: Population,
  setting: SettingOf<'supervised'>,
): LearningTask {
  const { setAside, anomalous, normal, test } = population;
  const own = setAside.length > 0;
  const { used, capped } = own
    ? capTo(setAside.length, setting.anomalies, 'there are no more anomalous training images')
    : capAnomalies(place, population, setting.anomalies);
  const { samples, draw } = drawSamples(own ? setAside : anomalous, used, place, 'supervised');
  return makeTask(place, population, {
    train: [...plain(normal, 'normal'), ...plain(samples.map(asTraining), 'anomalous')],
    test: own ? test : without(test, samples),
    capped,
    draws: [draw],
  });
}

/**
 * All normal images and n anomalous ones as normal, without their masks; these are no longer tested, unless they overlap.
 * @throws IadError `BAD_ARGUMENT` if the share of the category's images, or of its anomalous ones, is less than one image
 */
export function noisyTask(place: TaskPlace, population: Population, setting: SettingOf<'noisy'>): LearningTask {
  const { percent, ratioOf, overlap } = setting;
  const clean = population.normal.length;
  const wanted = Math.floor((percent * clean) / (ratioOf === 'normal' ? 100 : 100 - percent));
  if (wanted === 0) {
    const what = `${percent} % of noise in ${clean} normal images is no image`;
    throw new IadError('BAD_ARGUMENT', what, {
      path: `${place.dataset}/${place.category}`,
      hint: 'Use a larger share.',
    });
  }
  const { used, capped } = capAnomalies(place, population, wanted);
  const { samples, draw } = drawSamples(population.anomalous, used, place, 'noise');
  return makeTask(place, population, {
    train: [...plain(population.normal, 'normal'), ...plain(samples.map(asNormal), 'noise')],
    test: overlap ? population.test : without(population.test, samples),
    capped,
    draws: [draw],
  });
}

/** At least a quarter of the anomalous test images stays in the test set. */
function capAnomalies(
  { dataset, category }: TaskPlace,
  { anomalous }: Population,
  wanted: number,
): { used: number; capped: Cap | null } {
  const limit = Math.floor((3 * anomalous.length) / 4);
  if (limit === 0) {
    const what = `${anomalous.length} anomalous test images, at least 2 are needed to train on one`;
    throw new IadError('BAD_ARGUMENT', what, { path: `${dataset}/${category}`, hint: 'Use another setting.' });
  }
  return capTo(limit, wanted, `at most three quarters of the ${anomalous.length} anomalous test images are trained on`);
}

function asTraining(sample: Sample): Sample {
  return { ...sample, split: 'train' };
}

/** Nothing of it tells that it is anomalous. */
function asNormal({ anomalyGroup: _, ...sample }: Sample): Sample {
  return { ...sample, split: 'train', label: 0, defectType: 'good', masks: [] };
}

function without(test: readonly Sample[], taken: readonly Sample[]): Sample[] {
  const ids = new Set(taken.map(({ id }) => id));
  return test.filter(({ id }) => !ids.has(id));
}
