// topKNeighbors on threads. They have a memory of their own, so queries and bank are plain arrays. A bank that lies there already is
// searched where it is; another goes through that memory in pieces: while the threads search some, this thread copies the next.
import { IadError } from '../../runtime/errors.js';
import { checkInteger } from '../checks.js';
import { distanceSlack } from '../reduction.js';
import { inNameOf } from '../registry.js';
import type { KernelThreads } from '../threads/index.js';
import { bankShape, type OutsideBank, outsidePieces } from './bank.js';
import { directBlockRows, sketchBlockRows, sketchFloats, threadPieceRows, usesSketches } from './plan.js';

export interface NeighborArrays {
  /** Squared L2 distances [Q, k], ascending; Infinity where fewer than k rows have a finite distance. */
  readonly squared: Float32Array;
  /** Bank rows [Q, k]; -1 where `squared` is Infinity. */
  readonly rows: Int32Array;
}

/**
 * {@link topKNeighbors} by squared L2 on threads, with the same bits. Memory on the threads: the queries one and a half times, and
 * two pieces of the bank of 16 MiB at most for each thread, unless the bank is there already (`threads.keep`).
 * @param queries [Q, D]
 * @param k 1..M
 * @throws IadError BAD_ARGUMENT for other sizes or k; MEMORY_BUDGET where the threads' memory is too small; WORKER_CRASHED and
 *   ABORTED as {@link KernelThreads.run}
 */
export async function topKNeighborsOnThreads(
  threads: KernelThreads,
  queries: Float32Array,
  bank: OutsideBank,
  k: number,
): Promise<NeighborArrays> {
  const op = 'topKNeighborsOnThreads';
  const [size, depth] = bankShape(op, bank);
  checkInteger(op, 'k', k, 1, size);
  const count = queries.length / depth;
  if (!Number.isInteger(count) || count === 0) {
    throw new IadError(
      'BAD_ARGUMENT',
      `${op}: queries must be rows of ${depth} numbers, not ${queries.length} numbers`,
      {
        path: 'queries',
      },
    );
  }
  const taken: number[] = [];
  const floats = (length: number) => {
    const at = threads.allocate(4 * length);
    taken.push(at);
    return at;
  };
  try {
    return await search({ threads, queries, count, bank, size, depth, k, floats });
  } catch (error) {
    throw inNameOf(op, error);
  } finally {
    for (const at of taken) threads.free(at);
  }
}

interface Search {
  readonly threads: KernelThreads;
  readonly queries: Float32Array;
  readonly count: number;
  readonly bank: OutsideBank;
  readonly size: number;
  readonly depth: number;
  readonly k: number;
  readonly floats: (length: number) => number;
}

/** What one thread works on: the areas for copies take turns, and the list grows by rising rows. */
interface Desk {
  readonly areas: readonly [number, number] | null;
  readonly scratch: number;
  readonly squared: number;
  readonly rows: number;
}

async function search(job: Search): Promise<NeighborArrays> {
  const { threads, queries, count, bank, size, depth, k, floats } = job;
  const { kernels } = threads;
  const isThere = bank.arrays.every((array) => threads.holds(array));
  const longest = isThere ? Math.ceil(size / threads.count) : threadPieceRows(size, depth, threads.count);
  const block = sketchBlockRows(depth);
  const desks = Array.from({ length: threads.count }, (): Desk => {
    const areas = isThere ? null : ([floats(longest * depth), floats(longest * depth)] as const);
    const scratch = floats(sketchFloats(block, depth) + 4 * block);
    return { areas, scratch, squared: floats(count * k), rows: floats(count * k) };
  });
  const asked = floats(queries.length);
  new Float32Array(threads.buffer, asked, queries.length).set(queries);
  for (const { squared, rows } of desks) kernels.clearNeighbors(squared, rows, count * k);
  const pieces = [...outsidePieces(bank, longest)];
  const bring = (turn: number) =>
    pieces.slice(turn * desks.length, (turn + 1) * desks.length).map(({ first, rows }, i) => {
      const desk = desks[i]!;
      const at = desk.areas?.[turn % 2 === 0 ? 0 : 1] ?? rows.byteOffset;
      if (!isThere) new Float32Array(threads.buffer, at, rows.length).set(rows);
      return { desk, at, first, size: rows.length / depth };
    });
  let here = bring(0);
  const start = [asked, count, depth, k] as const;
  const direct = directBlockRows(depth);
  const isSketched = usesSketches(count, size, depth);
  const set = floats(sketchFloats(count, depth));
  const centre = floats(depth);
  if (isSketched) {
    kernels.sketchCentre(here[0]!.at, here[0]!.size, depth, centre);
    kernels.sketchRows(asked, count, depth, centre, 0, 0, set, 0, count);
  }
  for (let turn = 1; here.length > 0; turn++) {
    const lists = here.map(({ desk, at, first, size: rows }) =>
      isSketched
        ? [
            asked,
            set,
            count,
            depth,
            k,
            at,
            rows,
            first,
            0,
            0,
            centre,
            distanceSlack(depth),
            block,
            desk.scratch,
            desk.squared,
            desk.rows,
          ]
        : [...start, at, rows, first, direct, desk.squared, desk.rows],
    );
    const running = threads.run(isSketched ? 'topKNeighbors' : 'directNeighbors', lists);
    const next = bring(turn);
    await running;
    here = next;
  }
  const found = desks.map((desk) => ({
    squared: new Float32Array(threads.buffer, desk.squared, count * k),
    rows: new Int32Array(threads.buffer, desk.rows, count * k),
  }));
  return joined(found, count, k);
}

/** The k nearest of each query's lists; of equal distances the lowest row. */
function joined(lists: readonly NeighborArrays[], count: number, k: number): NeighborArrays {
  const out = { squared: new Float32Array(count * k), rows: new Int32Array(count * k) };
  for (let q = 0; q < count; q++) {
    const next = lists.map(() => q * k);
    for (let i = q * k; i < (q + 1) * k; i++) {
      let best = 0;
      for (let j = 1; j < lists.length; j++) if (isBefore(lists[j]!, next[j]!, lists[best]!, next[best]!)) best = j;
      out.squared[i] = lists[best]!.squared[next[best]!]!;
      out.rows[i] = lists[best]!.rows[next[best]!]!;
      next[best]!++;
    }
  }
  return out;
}

function isBefore(a: NeighborArrays, i: number, b: NeighborArrays, j: number): boolean {
  const [x, y] = [a.squared[i]!, b.squared[j]!];
  return x < y || (x === y && x < Number.POSITIVE_INFINITY && a.rows[i]! < b.rows[j]!);
}
