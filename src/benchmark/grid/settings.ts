// The learning settings that a benchmark knows. A further setting is one line in the table.
import * as z from 'zod';
import type { Dataset } from '../../data/types.js';
import type { ImageInput } from '../../methods/types.js';
import { IadError } from '../../runtime/errors.js';

/** What is learned at once, and what is tested after that. A job has one stage, or several with one method object. */
export interface Stage {
  readonly name: string;
  readonly train: readonly ImageInput[];
  readonly tests: readonly { readonly name: string; readonly dataset: Dataset }[];
}

export interface JobCategory {
  readonly name: string;
  readonly dataset: Dataset;
}

export interface GridSetting {
  /** One job for each category, or one through all categories of a dataset. */
  readonly jobs: 'category' | 'dataset';
  readonly options: z.ZodType<Record<string, unknown>>;
  stages(
    categories: readonly JobCategory[],
    options: Readonly<Record<string, unknown>>,
    seed: number,
  ): readonly Stage[];
}

export type SettingTable = Readonly<Record<string, GridSetting>>;

export const SETTINGS: SettingTable = {
  unsupervised: {
    jobs: 'category',
    options: z.strictObject({}),
    stages: (categories) =>
      categories.map(({ name, dataset }) => ({ name, train: dataset.train, tests: [{ name, dataset }] })),
  },
};

/** @throws IadError BAD_CONFIG naming those that there are */
export function settingOf(id: string, table: SettingTable): GridSetting {
  const found = Object.hasOwn(table, id) ? table[id] : undefined;
  if (found) return found;
  const hint = `Known: ${Object.keys(table).join(', ')}.`;
  throw new IadError('BAD_CONFIG', `no learning setting '${id}'`, { path: 'benchmark.settings', hint });
}
