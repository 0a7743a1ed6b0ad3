// From the images of a dataset and a setting to its tasks: a pure function, the same for the same arguments on every machine.
import { checkWhole } from '../../runtime/whole.js';
import { autoviTask } from './autovi.js';
import { noisyTask, supervisedTask } from './borrowed.js';
import { parseSetting, type Setting, type SettingOptions } from './config.js';
import { inOrder } from './continual.js';
import { fewShotTask } from './few-shot.js';
import { type Population, populations } from './population.js';
import { makeTask, placeId, plain, type TaskPlace } from './task.js';
import type { DatasetIndex, LearningTask, PlanOptions, SettingPlan } from './types.js';

/**
 * The tasks of one repeat of a setting. Neither the order of the images nor what other categories there are changes a task.
 * @throws IadError `BAD_CONFIG` for a setting that is none; `BAD_ARGUMENT` for a repeat, seed, category or number of images
 *   that does not fit; `ANOMALY_IN_TRAIN`, `NO_GOOD_IMAGES`, `FOLDER_EMPTY` for images that no setting fits
 */
export function planSetting(index: DatasetIndex, options: SettingOptions, choice: PlanOptions = {}): SettingPlan {
  const { repeat = 0, baseSeed = 66 } = choice;
  checkWhole('repeat', repeat);
  checkWhole('baseSeed', baseSeed);
  const setting = parseSetting(options);
  const { dataset } = index;
  const found = populations(index);
  const used = setting.kind === 'continual' ? inOrder(dataset, found, setting) : found;
  const tasks = used.map((population) => {
    return taskOf({ dataset, category: population.category, setting, repeat, baseSeed }, population, setting);
  });
  const one = setting.kind === 'continual';
  return {
    id: placeId({ dataset, setting, repeat, baseSeed }),
    dataset,
    setting,
    repeat,
    baseSeed,
    tasks,
    models: one ? 'one' : 'each',
    evaluations: tasks.map((_, i) => (one ? Array.from({ length: i + 1 }, (_, j) => j) : [i])),
  };
}

function taskOf(place: TaskPlace, population: Population, setting: Setting): LearningTask {
  switch (setting.kind) {
    case 'unsupervised':
    case 'continual':
      return makeTask(place, population, { train: plain(population.normal, 'normal') });
    case 'supervised':
      return supervisedTask(place, population, setting);
    case 'few-shot':
      return fewShotTask(place, population, setting);
    case 'noisy':
      return noisyTask(place, population, setting);
    case 'autovi':
      return autoviTask(place, population, setting);
    default:
      return setting satisfies never;
  }
}
