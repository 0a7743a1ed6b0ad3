// KCenterStream: a coreset of rows that come in blocks, in bounded memory.

import type { Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger } from '../checks.js';
import { distanceSlack } from '../reduction.js';
import { type KCenterOptions, kCenterGreedy } from './index.js';
import { STREAM_SHARES, streamBlock } from './plan.js';

/** Rows that stand for all those seen. */
export interface StreamCoreset {
  /** float32 [R, columns], in the order in which they came */
  readonly rows: Float32Array;
  /** Which of the rows added each one is, from 0, int32 [R]. */
  readonly positions: Int32Array;
  /** No row that was added is farther than this from the nearest row here; 0 if all are here. In the rows' unit. */
  readonly radius: number;
  /** Reductions that a row may have gone through, at most; see {@link KCenterStream}. */
  readonly level: number;
}

type Watch = Pick<KCenterOptions, 'onProgress' | 'signal'>;

/**
 * Merge-reduce k-center: rows are kept as they come while `maxRows` of them hold all. After that, blocks of 2 m rows (m is an eighth
 * of `maxRows`, at most 16,384) are reduced to m by {@link kCenterGreedy}, from the row farthest from their mean, and two reduced
 * blocks of the same level to one of the next: only as many as must be to make room, in the order of a binary counter (Bentley and
 * Saxe 1980; merge-reduce for k-center as in MH-PatchCore, arXiv 2605.27748).
 *
 * Distances add up: the row that stands for a row that stands for x is at most the sum of both reductions' radii from x. Where one
 * reduction to m rows leaves the radius r, it left m + 1 rows at least r apart; any m centres serve two of these by one, so the best
 * radius of all rows with m centres, r*(m), is at least r / 2 (Gonzalez 1985). So radius <= 2 level r*(m) up to rounding, where
 * level grows with the logarithm of the number of rows; `select` adds at most 2 r*(count).
 */
export class KCenterStream {
  readonly #columns: number;
  readonly #maxRows: number;
  readonly #block: number;
  /** By rising positions, so by levels that do not rise. */
  #blocks: Block[] = [];
  #seen = 0;
  #reductions = 0;
  #busy = false;

  /**
   * @param columns of every row
   * @param maxRows that are kept at any time, at least 8; while reducing, the backend holds a quarter of them a second time
   * @throws IadError BAD_ARGUMENT
   */
  constructor(columns: number, maxRows: number) {
    checkInteger('KCenterStream', 'columns', columns, 1, Number.MAX_SAFE_INTEGER);
    checkInteger('KCenterStream', 'maxRows', maxRows, STREAM_SHARES, 2 ** 31 - 1);
    this.#columns = columns;
    this.#maxRows = maxRows;
    this.#block = streamBlock(maxRows);
  }

  /** Rows added so far. */
  get seen(): number {
    return this.#seen;
  }

  /** Rows that are kept, at most `maxRows`. */
  get held(): number {
    return this.#blocks.reduce((sum, { count }) => sum + count, 0);
  }

  /** How often blocks were reduced. */
  get reductions(): number {
    return this.#reductions;
  }

  /**
   * Takes more rows; copies what it keeps. Wait for it before the next call.
   * @param rows float32 [any number, columns]; one with NaN or infinity counts as far from all others
   * @throws IadError BAD_ARGUMENT; ABORTED, after which the stream goes on without the rest of these rows
   */
  async add(rows: Float32Array, watch: Pick<Watch, 'signal'> = {}): Promise<void> {
    const total = rows.length / this.#columns;
    if (!Number.isInteger(total)) {
      throw new IadError('BAD_ARGUMENT', `KCenterStream.add: ${rows.length} values are no rows of ${this.#columns}`, {
        path: 'rows',
      });
    }
    await this.#alone(async () => {
      for (let from = 0, taken = 0; from < total; from += taken) {
        taken = Math.min(total - from, this.#openBlock().room);
        while (this.held + taken > this.#maxRows) await this.#makeRoom(watch);
        const open = this.#openBlock().block;
        open.parts.push(rows.slice(from * this.#columns, (from + taken) * this.#columns));
        open.positions.push(Int32Array.from({ length: taken }, (_, i) => this.#seen + i));
        open.count += taken;
        this.#seen += taken;
      }
    });
  }

  /** Hands out what is kept, and starts again at position 0. */
  take(): StreamCoreset {
    if (this.#busy) throw busy();
    const blocks = this.#blocks;
    const coreset = { ...join(blocks, this.#columns), ...worst(blocks) };
    this.#blocks = [];
    this.#seen = 0;
    return coreset;
  }

  /**
   * `count` of the rows that are kept, or all if there are no more, chosen as in a reduction; nothing changes.
   * @throws IadError BAD_ARGUMENT; ABORTED
   */
  async select(count: number, watch: Watch = {}): Promise<StreamCoreset> {
    checkInteger('KCenterStream.select', 'count', count, 1, 2 ** 31 - 1);
    return this.#alone(async () => {
      const { rows, positions } = join(this.#blocks, this.#columns, true);
      const kept = await reduce(rows, this.#columns, count, watch);
      const { radius, level } = worst(this.#blocks);
      return { ...pick(rows, positions, kept.rows, this.#columns), radius: radius + kept.radius, level };
    });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) throw busy();
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  /** The block that takes new rows, and how many. */
  #openBlock(): { block: Block; room: number } {
    const last = this.#blocks.at(-1);
    const size = 2 * this.#block;
    if (last && last.level === 0 && last.count < size) return { block: last, room: size - last.count };
    const block: Block = { parts: [], positions: [], count: 0, level: 0, radius: 0 };
    this.#blocks.push(block);
    return { block, room: size };
  }

  /** Reduces the first full block of new rows; else the first two of the lowest level that has two; else the last two. */
  async #makeRoom(watch: Watch): Promise<void> {
    const full = this.#blocks.filter(({ count, level }) => level > 0 || count === 2 * this.#block);
    const raw = full.findIndex(({ level }) => level === 0);
    const last = full.length - 2;
    const pair = full.findLastIndex(({ level }, i) => level === full[i + 1]?.level);
    const first = raw >= 0 ? raw : pair >= 0 ? full.findIndex(({ level }) => level === full[pair]?.level) : last;
    const group = full.slice(first, first + (raw >= 0 ? 1 : 2));
    const { rows, positions } = join(group, this.#columns, true);
    const kept = await reduce(rows, this.#columns, this.#block, watch);
    const { radius, level } = worst(group);
    const reduced = pick(rows, positions, kept.rows, this.#columns);
    this.#blocks.splice(this.#blocks.indexOf(group[0]!), group.length, {
      parts: [reduced.rows],
      positions: [reduced.positions],
      count: kept.rows.length,
      level: level + 1,
      radius: radius + kept.radius,
    });
    this.#reductions++;
  }
}

interface Block {
  readonly parts: Float32Array[];
  readonly positions: Int32Array[];
  count: number;
  /** 0 for rows as they came. */
  readonly level: number;
  readonly radius: number;
}

function busy(): IadError {
  return new IadError('BAD_ARGUMENT', 'KCenterStream: an earlier call is still at work', {
    hint: 'Wait for each call before the next.',
  });
}

function worst(blocks: readonly Block[]): { radius: number; level: number } {
  return {
    radius: blocks.reduce((most, block) => Math.max(most, block.radius), 0),
    level: blocks.reduce((most, block) => Math.max(most, block.level), 0),
  };
}

/** All rows of the blocks; lets go of the blocks' own while they are copied, unless they are to stay. */
function join(blocks: readonly Block[], columns: number, stay = false): { rows: Float32Array; positions: Int32Array } {
  const count = blocks.reduce((sum, block) => sum + block.count, 0);
  const rows = new Float32Array(count * columns);
  const positions = new Int32Array(count);
  let at = 0;
  for (const block of blocks) {
    const parts = stay ? [...block.parts] : block.parts;
    for (const where of block.positions) {
      rows.set(parts.shift()!, at * columns);
      positions.set(where, at);
      at += where.length;
    }
  }
  return { rows, positions };
}

/** The chosen rows. */
function pick(rows: Float32Array, positions: Int32Array, chosen: Int32Array, columns: number) {
  const out = new Float32Array(chosen.length * columns);
  chosen.forEach((row, i) => {
    out.set(rows.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { rows: out, positions: chosen.map((row) => positions[row]!) };
}

/** At most `count` of the rows, in rising order, and how far the others are from them at most. */
async function reduce(
  rows: Float32Array,
  columns: number,
  count: number,
  watch: Watch,
): Promise<{ rows: Int32Array; radius: number }> {
  const total = rows.length / columns;
  if (count >= total) return { rows: Int32Array.from({ length: total }, (_, i) => i), radius: 0 };
  const features: Tensor2D = tf.tensor2d(rows, [total, columns]);
  try {
    // The pick after the last one would be made at the radius that the others leave.
    const start = farthestFromMean(rows, columns);
    const { indices, radii } = await kCenterGreedy(features, count + 1, { start, ...watch });
    return { rows: indices.slice(0, count).sort(), radius: (radii[count] ?? 0) * distanceSlack(columns) };
  } finally {
    features.dispose();
  }
}

/** The first of equals; rows that are not finite do not count. */
function farthestFromMean(rows: Float32Array, columns: number): number {
  const mean = new Float64Array(columns);
  const total = rows.length / columns;
  for (let i = 0; i < rows.length; i++) {
    if (Number.isFinite(rows[i]!)) mean[i % columns] = mean[i % columns]! + rows[i]! / total;
  }
  let farthest = 0;
  let most = -1;
  for (let row = 0; row < total; row++) {
    let sum = 0;
    for (let d = 0; d < columns; d++) sum += (rows[row * columns + d]! - mean[d]!) ** 2;
    if (sum > most && Number.isFinite(sum)) {
      most = sum;
      farthest = row;
    }
  }
  return farthest;
}
