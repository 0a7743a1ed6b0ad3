// From a configuration to its jobs. Everything that can be known beforehand is checked here, so that no mistake of the
// configuration shows hours later: methods, their options, settings, folders, categories, labelled test images.
import { hashWeights } from '#platform/backbones/store';
import type { Dataset } from '../../data/types.js';
import { methodCode } from '../../methods/registry.js';
import { IadError, type IadErrorCode } from '../../runtime/errors.js';
import {
  checkServes,
  datasetIndex,
  planSetting,
  readSetting,
  repeatsOf,
  type Setting,
  type SettingPlan,
  settingFields,
  settingId,
  standing,
} from '../settings/index.js';
import type { GridConfig } from './config.js';
import { type Contender, contendersOf } from './contenders.js';
import { hashOf, type Job, jobTitle, makeJob, placeName } from './job.js';
import { type Category, type Place, type PlaceOptions, placesOf } from './places.js';
import { refuseTwice } from './refuse.js';
import { type Skipped, skippedFor } from './skipped.js';

export interface Grid {
  readonly jobs: readonly Job[];
  readonly skipped: readonly Skipped[];
}

/**
 * All jobs of a configuration, always in the same order: those of the same images one after another.
 * @throws IadError BAD_CONFIG, BAD_ARGUMENT (unknown method), WEIGHTS_MISSING (a file of the configuration), what opening a dataset throws, ABORTED; if no job is left, the
 *   first reason: SETTING_NOT_SERVED, BAD_ARGUMENT
 */
export async function expandGrid(config: GridConfig, options: PlaceOptions): Promise<Grid> {
  const settings = config.settings.map((entry) => (typeof entry === 'string' ? readSetting(entry) : entry));
  refuseTwice('settings', settings.map(settingId));
  const skipped: Skipped[] = [];
  const contenders = contendersOf(config);
  const rounds = settings.map((setting) => ({ setting, served: servedBy(contenders, setting, skipped) }));
  const hashFile = once(hashWeights);
  const jobs: Job[] = [];
  const places = await placesOf(config, options);
  for (const place of places) {
    for (const part of partsOf(place)) {
      for (const { setting, served } of rounds) {
        if ((setting.kind === 'continual') !== part.isWhole || served.length === 0) continue;
        for (const plan of await plansOf(place, part, setting, config, skipped)) {
          for (const contender of served)
            jobs.push(await jobOf(contender, place, part, plan, { ...options, ...config }, hashFile));
        }
      }
    }
  }
  const [first] = skipped;
  if (jobs.length === 0 && first) {
    throw new IadError(first.code, `no job is left: ${first.what}`, {
      path: 'benchmark',
      // The reason is a whole message, which begins with its code.
      hint: first.reason.replace(/^\[\w+\] /, ''),
    });
  }
  refuseTwice(
    'jobs',
    jobs.map((job) => `${jobTitle(job)} (${job.id})`),
  );
  return { jobs, skipped: [...skipped, ...places.flatMap(({ leftOut }) => leftOut)] };
}

/** Weights files are large, and the same for many jobs. */
function once(hash: (path: string) => Promise<string>): (path: string) => Promise<string> {
  const hashes = new Map<string, Promise<string>>();
  return (path) => {
    const found = hashes.get(path) ?? hash(path);
    hashes.set(path, found);
    return found;
  };
}

function servedBy(contenders: readonly Contender[], setting: Setting, skipped: Skipped[]): Contender[] {
  return contenders.filter(({ info, name }) => {
    const fault = standing(info, setting) === null ? faultOf(() => checkServes(info, setting)) : null;
    const unserved = { method: name, setting: settingId(setting) };
    if (fault) addSkipped(skipped, { ...skippedFor(`${name}, ${unserved.setting}`, fault), unserved });
    return !fault;
  });
}

/** One category, or all of them for one job. */
interface Part {
  readonly isWhole: boolean;
  readonly categories: readonly Category[];
  pick(datasets: readonly Dataset[]): readonly Dataset[];
}

function partsOf({ categories }: Place): Part[] {
  const single = categories.map((category, i): Part => {
    return { isWhole: false, categories: [category], pick: (datasets) => datasets.slice(i, i + 1) };
  });
  return [...single, { isWhole: true, categories, pick: (datasets) => datasets }];
}

/** The repeats of a setting on a part; none if its images do not fit. */
async function plansOf(
  place: Place,
  part: Part,
  setting: Setting,
  { seeds, baseSeed }: Pick<GridConfig, 'seeds' | 'baseSeed'>,
  skipped: Skipped[],
): Promise<SettingPlan[]> {
  const plans: SettingPlan[] = [];
  for (const repeat of seeds ?? Array.from({ length: repeatsOf(setting) }, (_, i) => i)) {
    const index = datasetIndex(place.facts.id, part.pick(await place.at(repeat)));
    const fault = faultOf(() => {
      plans.push(planSetting(index, setting, { repeat, baseSeed }));
    });
    if (!fault) continue;
    const names = part.categories.map(({ name }) => name);
    const where = placeName({ name: place.facts.name, categories: names });
    addSkipped(skipped, skippedFor(`${where}, ${settingId(setting)}`, fault));
    return [];
  }
  return plans;
}

async function jobOf(
  { info, name, config, weights }: Contender,
  { facts, folder }: Place,
  { isWhole, categories }: Part,
  { setting, repeat: seed, baseSeed, tasks }: SettingPlan,
  { locate, cacheFeatures }: PlaceOptions & Pick<GridConfig, 'cacheFeatures'>,
  hashFile: (path: string) => Promise<string>,
): Promise<Job> {
  const names = isWhole ? tasks.map(({ category }) => category) : categories.map((category) => category.name);
  const images = names.map((name) => categories.find((category) => category.name === name)?.images);
  const file = weights === null ? null : locate(weights);
  return makeJob(
    {
      method: {
        id: info.id,
        name,
        code: methodCode(info.id),
        config: { ...config, ...settingFields(setting, config), seed: tasks[0]?.seeds.train },
        ...(file !== null && { weights: await hashFile(file) }),
      },
      setting: { id: settingId(setting), options: { ...setting } },
      standing: standing(info, setting) ?? 'served',
      dataset: { ...facts, categories: names, images: await hashOf(images) },
      seed,
      baseSeed,
      cacheFeatures,
    },
    folder,
    file,
  );
}

/** What speaks against a cell of the grid without speaking against the others. */
const MISFIT: readonly IadErrorCode[] = ['SETTING_NOT_SERVED', 'BAD_ARGUMENT'];

function faultOf(attempt: () => void): IadError | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof IadError && MISFIT.includes(error.code)) return error;
    throw error;
  }
}

/** Says the same of nothing twice. */
function addSkipped(skipped: Skipped[], one: Skipped): void {
  if (!skipped.some(({ what }) => what === one.what)) skipped.push(one);
}
