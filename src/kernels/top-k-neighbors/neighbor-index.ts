// NeighborIndex: a bank prepared for many exact searches.

import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors } from '../checks.js';
import { SAMPLE_ROWS } from '../reduction.js';
import { hasKernel, runKernel, stateInputs } from '../registry.js';
import { type Bank, bankPieces, bankShape, isOutside, onBackend, type Piece, sampledRows } from './bank.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH, TOP_K_NEIGHBORS } from './kernels.js';
import { inMetric, inUnits, type Metric, metricOf, type NeighborOptions } from './metric.js';
import { merged, type Neighbors, neighbors, searchPiece } from './neighbors.js';
import { indexWidth } from './plan.js';

/** What NeighborIndexBuild gives: the sketches of a piece, then the mean and the basis, which all pieces share. */
type State = readonly [set: Tensor, mean: Tensor, basis: Tensor];

interface Part extends Piece {
  /** Undefined where a plain search is as good. */
  readonly state: State | undefined;
}

/**
 * Exact nearest rows of one bank, search after search. Where it pays (the wasm backend), every row is kept a second time as
 * its leading principal coordinates and the norm of what they leave out, in int16: distances between those bound the true ones
 * from below, and only rows whose bound is under the best distance so far are compared in full. Results are bit for bit those of
 * {@link topKNeighbors}. Extra memory: 1/30 of the bank at D = 1024. Of a bank that lies outside of the backend only that is
 * kept on it; the rows are brought in by 16 MiB during a search. So threads with a backend each can share one bank.
 */
export class NeighborIndex {
  readonly #parts: readonly Part[];
  readonly #shape: readonly [rows: number, depth: number];
  readonly #metric: Metric;
  readonly #backend = tf.getBackend();
  #disposed = false;

  private constructor(parts: readonly Part[], metric: Metric, shape: readonly [number, number]) {
    this.#parts = parts;
    this.#metric = metric;
    this.#shape = shape;
  }

  /**
   * @param bank float32 [M, D]; shared, not copied: it must not be written to; the caller may dispose of its own handle. By `cosine` a
   *   bank on the backend is copied
   * @throws IadError BAD_ARGUMENT for other shapes, types or metric
   */
  static async build(bank: Bank, options: NeighborOptions = {}): Promise<NeighborIndex> {
    const metric = metricOf('NeighborIndex.build', options);
    const shape = bankShape('NeighborIndex.build', bank);
    await tf.ready();
    const width = indexWidth(...shape);
    const prunes = width > 0 && hasKernel(NEIGHBOR_INDEX_BUILD) && hasKernel(NEIGHBOR_INDEX_SEARCH);
    const sample = prunes && isOutside(bank) ? tf.tidy(() => inUnits(metric, sampledRows(bank, SAMPLE_ROWS))) : null;
    const parts: Part[] = [];
    try {
      for (const piece of bankPieces(bank)) {
        const here = tf.tidy(() => inUnits(metric, onBackend(piece.rows, shape[1])));
        try {
          const state = prunes ? stateOf(here, width, sample, parts[0]?.state) : undefined;
          const rows = isOutside(bank) ? piece.rows : tf.keep(here.clone());
          parts.push({ first: piece.first, rows, state });
        } finally {
          here.dispose();
        }
      }
    } catch (error) {
      discard(parts);
      throw error;
    } finally {
      sample?.dispose();
    }
    return new NeighborIndex(parts, metric, shape);
  }

  /** Bank rows, M. */
  get size(): number {
    return this.#shape[0];
  }

  /**
   * As {@link topKNeighbors} with this bank.
   * @param queries float32 [Q, D]
   * @param k 1..M
   * @throws IadError BAD_ARGUMENT for other shapes, types or k, and after `dispose`; BACKEND_WRONG on another backend than at `build`
   */
  search(queries: Tensor2D, k: number): Neighbors {
    if (this.#disposed) throw new IadError('BAD_ARGUMENT', 'NeighborIndex.search: the index has been disposed of');
    if (tf.getBackend() !== this.#backend) {
      throw new IadError('BACKEND_WRONG', `NeighborIndex: built on ${this.#backend}, now on ${tf.getBackend()}`, {
        hint: 'Build it again after changing the backend.',
      });
    }
    const [size, depth] = this.#shape;
    checkTensors('NeighborIndex.search', { queries: [queries, ['Q', depth]] });
    checkInteger('NeighborIndex.search', 'k', k, 1, size);
    return inMetric(this.#metric, queries, (asked) => {
      let found: Neighbors | undefined;
      for (const part of this.#parts) found = merged(found, this.#searchPart(part, asked, k, found), part.first, k);
      return found ?? neighbors([]);
    });
  }

  /** @param before what earlier parts gave */
  #searchPart({ rows, state }: Part, queries: Tensor2D, k: number, before: Neighbors | undefined): Neighbors {
    const isHere = rows instanceof tf.Tensor;
    const bank = isHere ? rows : tf.tidy(() => inUnits(this.#metric, onBackend(rows, this.#shape[1])));
    const inputs = { queries, bank, ...(state && stateInputs(state)) };
    const found = searchPiece(state ? NEIGHBOR_INDEX_SEARCH : TOP_K_NEIGHBORS, inputs, k, before);
    if (!isHere) bank.dispose();
    return found;
  }

  /** Frees the index; safe to call twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    discard(this.#parts);
  }
}

/** @param first the state of an earlier piece */
function stateOf(bank: Tensor2D, width: number, sample: Tensor2D | null, first: State | undefined): State {
  const given = first ? { s1: first[1], s2: first[2] } : sample && { sample };
  const [set, mean = first?.[1], basis = first?.[2]] = runKernel(NEIGHBOR_INDEX_BUILD, { bank, ...given }, { width });
  if (set && mean && basis) return [tf.keep(set), tf.keep(mean), tf.keep(basis)];
  throw new IadError('BACKEND_WRONG', 'NeighborIndexBuild must return three tensors');
}

function discard(parts: readonly Part[]): void {
  for (const { rows, state } of parts) {
    if (rows instanceof tf.Tensor) rows.dispose();
    if (state) tf.dispose([...state]);
  }
}
