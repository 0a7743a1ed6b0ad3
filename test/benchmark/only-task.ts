// The task of a plan that has just one.
import { expect } from 'vitest';
import type { LearningTask, SettingPlan } from '../../src/benchmark/settings/index.js';

export function only({ tasks }: SettingPlan): LearningTask {
  expect(tasks).toHaveLength(1);
  return tasks[0]!;
}
