// The forgetting measure of continual learning: how much of its best quality a task has lost after the last one was learnt.
import { MetricError } from './errors.js';
import { checkFinite, moments } from './numbers.js';

export interface Forgetting {
  /** Mean over the tasks before the last. Null with one task only, or where a value is undefined. */
  readonly fm: number | null;
  /** Of each task before the last, best earlier value − last value; negative where later tasks helped it. */
  readonly perTask: readonly (number | null)[];
  /** Mean over all tasks after the last one was learnt. */
  readonly finalMean: number | null;
  /** Mean over all tasks, each just after it was learnt. */
  readonly justLearntMean: number | null;
}

/**
 * FM_j = max over l in j..k−1 of T[l][j], − T[k][j], for a metric of which larger is better (Xie et al. 2024, IM-IAD). Read it
 * together with the final mean: a method that is poor from the start has little to forget. Nothing is clipped.
 * @param matrix `[k][k]`, T[l][j]: the value on task j after training up to task l; null: undefined. What lies above the diagonal
 *   is not looked at, and may be left out.
 * @throws MetricError with the row as index: `SHAPE` (row l has fewer than l + 1 or more than k values), `NOT_FINITE`
 */
export function forgettingMeasure(matrix: readonly (readonly (number | null)[])[]): Forgetting {
  const tasks = matrix.length;
  const values = matrix.map((row, l) => {
    if (row.length <= l || row.length > tasks) {
      const wanted = `${l + 1} to ${tasks}`;
      throw new MetricError('SHAPE', `forgettingMeasure: row ${l} holds ${row.length} values, not ${wanted}`, l);
    }
    return row.slice(0, l + 1).map((value, j) => {
      return value === null ? null : checkFinite('forgettingMeasure', `the value of task ${j} in row ${l}`, value, l);
    });
  });
  const last = values.at(-1) ?? [];
  const perTask = last.slice(0, -1).map((final, j) => {
    const earlier = known(values.slice(j, -1).map((row) => row[j] ?? null));
    return final === null || earlier === null ? null : Math.max(...earlier) - final;
  });
  return {
    fm: mean(perTask),
    perTask,
    finalMean: mean(last),
    justLearntMean: mean(values.map((row, l) => row[l] ?? null)),
  };
}

/** Null if one of them is. */
function known(values: readonly (number | null)[]): number[] | null {
  const found = values.filter((value) => value !== null);
  return found.length === values.length ? found : null;
}

function mean(values: readonly (number | null)[]): number | null {
  const all = known(values);
  return all === null || all.length === 0 ? null : moments(all).mean;
}
