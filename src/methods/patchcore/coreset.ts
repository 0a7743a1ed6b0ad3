// Choosing which patches the memory bank keeps: greedy k-center as the reference implementations start and run it.
import * as tf from '@tensorflow/tfjs';
import { anchorsFrom, type KCenterOptions, kCenterGreedy, NeighborIndex } from '../../kernels/index.js';
import { IadError, yieldTurn } from '../../runtime/errors.js';
import type { OnProgress } from '../../runtime/progress.js';
import { Random } from '../../runtime/random.js';
import type { PatchCoreConfig } from './config.js';
import type { Candidates, PatchStore } from './patch-store.js';

export interface SelectionWatch {
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Rows that the anchors of the official implementation start from. */
const OFFICIAL_STARTS = 10;

/** Rows that the bank shall have, from all patches seen. */
export function bankSize(config: PatchCoreConfig, seen: number): number {
  return Math.min(seen, config.coresetCount ?? Math.max(1, Math.floor(config.coresetRatio * seen)));
}

/**
 * Picks `count` of the rows.
 * Variant `official`: anchors start as each row's mean distance to ten random rows, which are not picked themselves.
 * Variant `anomalib`: exact greedy from one random row, which is the first pick.
 * @param rows [N, columns]
 * @returns row numbers in picking order
 */
export async function selectRows(
  rows: Float32Array,
  columns: number,
  count: number,
  config: PatchCoreConfig,
  watch: SelectionWatch,
): Promise<Int32Array> {
  const population = rows.length / columns;
  if (count >= population) return Int32Array.from({ length: population }, (_, i) => i);
  const random = Random.forKey('patchcore|starts', config.seed);
  const features = tf.tensor2d(rows, [population, columns]);
  try {
    if (config.variant === 'anomalib') {
      return (await kCenterGreedy(features, count, { start: random.below(population), ...follow(watch) })).indices;
    }
    const starts = Int32Array.from(random.sample(population, Math.min(OFFICIAL_STARTS, population)));
    const anchor = await anchorsFrom(features, starts, 'mean');
    const { indices } = await kCenterGreedy(features, count, { anchor, ...follow(watch) });
    // Where all rows are the same, none is away from the starts; one of them is the bank.
    return indices.length > 0 ? indices : Int32Array.of(0);
  } finally {
    features.dispose();
  }
}

/** Absent instead of undefined, as exact optional fields want it. */
function follow({ onProgress, signal }: SelectionWatch): Pick<KCenterOptions, 'onProgress' | 'signal'> {
  return { ...(onProgress && { onProgress }), ...(signal && { signal }) };
}

/**
 * Continues a selection: picks `count` of the new rows, starting from each one's distance to the rows kept so far.
 * @param rows [N, columns]
 * @param kept [M, columns]
 */
export async function selectMore(
  rows: Float32Array,
  kept: Float32Array,
  columns: number,
  count: number,
  watch: SelectionWatch,
): Promise<Int32Array> {
  const anchor = await distancesTo(kept, rows, columns, watch.signal);
  const features = tf.tensor2d(rows, [rows.length / columns, columns]);
  try {
    return (await kCenterGreedy(features, count, { anchor, ...follow(watch) })).indices;
  } finally {
    features.dispose();
  }
}

/** Rows that are measured at a time: about as many as an image has. */
const GROUP = 1024;

/** The L2 distance of every row to the nearest of those kept, [N]; stops between groups of rows. */
async function distancesTo(
  kept: Float32Array,
  rows: Float32Array,
  columns: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const bank = tf.tensor2d(kept, [kept.length / columns, columns]);
  const index = await NeighborIndex.build(bank).finally(() => bank.dispose());
  const count = rows.length / columns;
  const distances = new Float32Array(count);
  try {
    for (let from = 0; from < count; from += GROUP) {
      await yieldTurn(signal);
      const to = Math.min(from + GROUP, count);
      const nearest = tf.tidy(() => {
        const group = tf.tensor2d(rows.subarray(from * columns, to * columns), [to - from, columns]);
        return index.search(group, 1).distances.sqrt();
      });
      distances.set(await nearest.data<'float32'>().finally(() => nearest.dispose()), from);
    }
  } finally {
    index.dispose();
  }
  return distances;
}

/** @throws IadError MEMORY_BUDGET if candidates were thinned and the bank wanted so far is more than half of those kept */
export function checkBudget(store: PatchStore, config: PatchCoreConfig): void {
  const keep = Math.floor(store.capacity / 2);
  const wanted = bankSize(config, store.seen);
  if (store.thinnings === 0 || wanted <= keep) return;
  const what = `${config.memoryBudget} bytes hold ${keep} candidates, the bank wants ${wanted}`;
  throw new IadError('MEMORY_BUDGET', what, {
    path: 'memoryBudget',
    hint: 'Raise memoryBudget, or lower coresetRatio or projection.',
  });
}

/** The candidates at the given positions. */
export function pick(candidates: Candidates, picks: Int32Array, columns: number): Candidates {
  return {
    rows: gatherRows(candidates.rows, picks, columns),
    images: picks.map((at) => candidates.images[at]!),
    patches: picks.map((at) => candidates.patches[at]!),
  };
}

/** The given rows, one after another. */
export function gatherRows(rows: Float32Array, picks: Int32Array, columns: number): Float32Array {
  const out = new Float32Array(picks.length * columns);
  picks.forEach((at, i) => {
    out.set(rows.subarray(at * columns, (at + 1) * columns), i * columns);
  });
  return out;
}
