// The work of a job: a method under a setting, on a dataset.
import { createMethod } from '../../methods/registry.js';
import { evaluate } from '../evaluate.js';
import { openCategory } from './datasets.js';
import type { Work } from './execute.js';
import type { JobOutcome } from './record.js';
import { SETTINGS, settingOf } from './settings.js';

/** @param workers threads of one job; default: as many as the machine has cores */
export function methodWork(workers?: number): Work {
  return async ({ description, folder }, signal, onProgress) => {
    const { method: wanted, setting, dataset, seed } = description;
    const categories = await Promise.all(
      dataset.categories.map(async (category) => {
        const opened = await openCategory(folder, category, { ...dataset, seed });
        return { name: category ?? dataset.name, dataset: opened };
      }),
    );
    const stages = settingOf(setting.id, SETTINGS).stages(categories, setting.options, seed);
    const method = createMethod(wanted.id, { ...wanted.config });
    const call = { signal, onProgress, ...(workers !== undefined && { workers }) };
    const outcomes: JobOutcome[] = [];
    try {
      for (const stage of stages) {
        const fit = await method.fit(stage.train, call);
        for (const { name, dataset: test } of stage.tests) {
          const evaluation = await evaluate(method, test, { ...call, fit });
          outcomes.push({ after: stage.name, on: name, evaluation });
        }
      }
      return outcomes;
    } finally {
      method.dispose();
    }
  };
}
