// IM-IAD's few-shot setting: a few normal images, each perhaps with four augmented copies.
import { type AugmentStep, FEW_SHOT_COPIES, type FewShotKind, fewShotSteps } from '../../data/augment/index.js';
import type { Sample } from '../../data/types.js';
import { capTo } from './cap.js';
import type { SettingOf } from './config.js';
import type { Population } from './population.js';
import { type Draw, type DrawPlace, drawSamples, type Purpose } from './sampling.js';
import { makeTask, plain, type TaskPlace } from './task.js';
import type { Cap, LearningTask, TrainingImage } from './types.js';

export function fewShotTask(place: TaskPlace, population: Population, setting: SettingOf<'few-shot'>): LearningTask {
  const { shots, augmentation, protocol } = setting;
  const { samples, draw, capped } = drawNormal(population, shots, place, 'few-shot');
  if (augmentation === 'none')
    return makeTask(place, population, { train: plain(samples, 'normal'), capped, draws: [draw] });
  const stepsOf = protocol === 'paper' ? (copy: number) => fewShotSteps(augmentation, copy) : accumulated(augmentation);
  const train = samples.flatMap((sample) =>
    Array.from({ length: FEW_SHOT_COPIES }, (_, copy): TrainingImage => {
      return { sample, role: 'normal', copy, steps: stepsOf(copy) };
    }),
  );
  return makeTask(place, population, { train, capped, draws: [draw], augmentation: 'copies' });
}

/** Some of the normal training images, or all if there are no more. */
export function drawNormal(
  { normal }: Population,
  wanted: number,
  place: DrawPlace,
  purpose: Purpose,
): { samples: readonly Sample[]; draw: Draw; capped: Cap | null } {
  const { used, capped } = capTo(normal.length, wanted, 'there are no more normal training images');
  return { ...drawSamples(normal, used, place, purpose), capped };
}

/** The steps of the benchmark's code: each call's are put behind those of all calls before, over copies and images. */
function accumulated(kind: FewShotKind): (copy: number) => readonly AugmentStep[] {
  let list: readonly AugmentStep[] = [];
  return (copy) => {
    list = [...list, ...fewShotSteps(kind, copy)];
    return list;
  };
}
