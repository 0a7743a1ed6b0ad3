// The work of a job: a method under a setting, on a dataset.
import type { Dataset } from '../../data/types.js';
import { createMethod } from '../../methods/registry.js';
import type { AnomalyMethod, FitOptions, FitResult, ImageInput } from '../../methods/types.js';
import { IadError } from '../../runtime/errors.js';
import { evaluate } from '../evaluate.js';
import {
  datasetIndex,
  type LearningTask,
  parseSetting,
  planSetting,
  type SettingPlan,
  taskManifest,
  trainingInputs,
} from '../settings/index.js';
import { checkCode } from './code.js';
import { openJob } from './datasets.js';
import type { Work } from './execute.js';
import type { Job } from './job.js';
import type { JobOutcome, JobTask } from './record.js';
import { checkWeights } from './weights.js';

/** What a job finds on its machine. */
export interface WorkPlace {
  /** Threads of one job; null: as many as the library takes by itself. */
  readonly workers: number | null;
  /** Where outputs of backbones are kept, if a job asks for that. */
  readonly cacheFolder: string;
}

export function methodWork({ workers, cacheFolder }: WorkPlace): Work {
  return async (job, signal, onProgress) => {
    const { method: wanted, standing, cacheFeatures } = job.description;
    const call = {
      signal,
      onProgress,
      ...(workers !== null && { workers }),
      ...(cacheFeatures && { cacheFolder }),
    };
    const { lessons, evaluations } = await lessonsOf(job, signal);
    checkCode(job);
    await checkWeights(job);
    const method = createMethod(wanted.id, configOf(job));
    const tasks: JobTask[] = [];
    const outcomes: JobOutcome[] = [];
    try {
      for (const [i, { task }] of lessons.entries()) {
        const { category, augmentation, window } = task;
        tasks.push({ ...(await taskManifest(task)), category, augmentation, window });
        const fit = await learn(method, trainingInputs(task, standing), i === 0, call);
        for (const { task: other, dataset } of (evaluations[i] ?? []).flatMap((at) => lessons[at] ?? [])) {
          const evaluation = await evaluate(method, { ...dataset, test: other.test }, { ...call, fit });
          outcomes.push({ after: category, on: other.category, evaluation });
        }
      }
      return { tasks, outcomes };
    } finally {
      method.dispose();
    }
  };
}

/** The first task is fitted, later ones are learned on top of it. */
function learn(
  method: AnomalyMethod,
  images: readonly ImageInput[],
  isFirst: boolean,
  options: FitOptions,
): Promise<FitResult> {
  if (isFirst) return method.fit(images, options);
  if (method.update) return method.update(images, options);
  throw new IadError('SETTING_NOT_SERVED', `${method.info.id} cannot learn one task after another`);
}

/** A category with its dataset, from which its test images come. */
interface Lesson {
  readonly task: LearningTask;
  readonly dataset: Dataset;
}

/** @throws IadError as `openJob` and `planSetting` */
async function lessonsOf(
  job: Job,
  signal: AbortSignal,
): Promise<Pick<SettingPlan, 'evaluations'> & { lessons: Lesson[] }> {
  const { dataset, setting, seed, baseSeed } = job.description;
  const datasets = await openJob(job, signal);
  const index = datasetIndex(dataset.id, datasets);
  const plan = planSetting(index, parseSetting(setting.options), { repeat: seed, baseSeed });
  const lessons = plan.tasks.flatMap((task) => {
    const own = datasets[dataset.categories.indexOf(task.category)];
    return own ? [{ task, dataset: own }] : [];
  });
  return { lessons, evaluations: plan.evaluations };
}

function configOf({ description, weights }: Job): Record<string, unknown> {
  const { config } = description.method;
  const { backbone } = config;
  if (weights === null || typeof backbone !== 'object') return { ...config };
  return { ...config, backbone: { ...backbone, weights } };
}
