// Puts a task together; the settings say what goes in.
import type { Sample } from '../../data/types.js';
import type { Setting } from './config.js';
import type { Population } from './population.js';
import { type DrawPlace, purposeSeed } from './sampling.js';
import { settingId } from './setting-id.js';
import type { Cap, LearningTask, TrainingImage, TrainingRole } from './types.js';

/** A category in one repeat of a setting. */
export interface TaskPlace extends DrawPlace {
  readonly setting: Setting;
}

/** What a setting decides; the rest follows. */
export type TaskParts = Pick<LearningTask, 'train'> &
  Partial<Pick<LearningTask, 'test' | 'capped' | 'draws' | 'augmentation' | 'window'>>;

export function makeTask(place: TaskPlace, population: Population, parts: TaskParts): LearningTask {
  const { dataset, category } = place;
  const { train, test = population.test } = parts;
  const originals = (normal: boolean) =>
    new Set(train.filter(({ role }) => (role === 'normal') === normal).map(({ sample }) => sample.id)).size;
  const testAnomalous = test.filter(({ label }) => label === 1).length;
  const capped = parts.capped ?? null;
  return {
    id: placeId(place, category),
    dataset,
    category,
    train,
    test,
    counts: {
      trainNormal: originals(true),
      trainAnomalous: originals(false),
      testNormal: test.length - testAnomalous,
      testAnomalous,
      unlabelled: population.unlabelled,
    },
    capped,
    draws: parts.draws ?? [],
    augmentation: parts.augmentation ?? 'none',
    window: parts.window ?? null,
    notes: [...capNote(capped), ...unlabelledNote(population), ...itemNote(train, test)],
    seeds: { train: purposeSeed(place, 'train'), augment: purposeSeed(place, 'augment') },
  };
}

function capNote(capped: Cap | null): string[] {
  return capped ? [`${capped.used} of the ${capped.wanted} images asked for: ${capped.reason}`] : [];
}

function unlabelledNote({ unlabelled }: Population): string[] {
  return unlabelled > 0 ? [`test images of unknown label, left out: ${unlabelled}`] : [];
}

/** A draw among test images can take one side of an item for training and leave the other to be tested. */
function itemNote(train: readonly TrainingImage[], test: readonly Sample[]): string[] {
  const learned = new Set(train.flatMap(({ sample }) => sample.group ?? []));
  const shared = new Set(test.flatMap(({ group }) => (group !== undefined && learned.has(group) ? [group] : [])));
  return shared.size > 0 ? [`items of which some images are trained on and others tested with: ${shared.size}`] : [];
}

/** @param category none for the plan of all categories */
export function placeId(
  { dataset, setting, repeat, baseSeed }: Omit<TaskPlace, 'category'>,
  category?: string,
): string {
  const of = category === undefined ? dataset : `${dataset}|${category}`;
  return `${of}|${settingId(setting)}|repeat=${repeat}|seed=${baseSeed}`;
}

/** Images as they are. */
export function plain(samples: readonly Sample[], role: TrainingRole): TrainingImage[] {
  return samples.map((sample) => ({ sample, role, copy: 0, steps: [] }));
}
