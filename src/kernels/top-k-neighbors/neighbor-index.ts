// NeighborIndex: a bank prepared for many exact searches.

import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkMatrix } from '../checks.js';
import { hasKernel, runKernel } from '../registry.js';
import { checkSearch, type Neighbors, neighbors, topKNeighbors } from './index.js';
import { NEIGHBOR_INDEX_BUILD, NEIGHBOR_INDEX_SEARCH } from './kernels.js';
import { indexWidth } from './plan.js';

/** What NeighborIndexBuild returns and NeighborIndexSearch takes. */
type Prepared = Record<'mean' | 'basis' | 'panels' | 'terms', Tensor>;

/**
 * Exact nearest rows of one bank, search after search. Where it pays (the wasm backend), every row is kept a second time as
 * its leading principal coordinates and the norm of what they leave out: distances between those bound the true ones from
 * below, and only rows whose bound is under the best distance so far are compared in full. Results are bit for bit those of
 * {@link topKNeighbors}. Extra memory: width / D of the bank, 1/16 at D = 1024.
 */
export class NeighborIndex {
  readonly #bank: Tensor2D;
  readonly #backend: string;
  readonly #prepared: Prepared | undefined;
  #disposed = false;

  private constructor(bank: Tensor2D, prepared: Prepared | undefined) {
    this.#bank = bank;
    this.#backend = tf.getBackend();
    this.#prepared = prepared;
  }

  /**
   * @param bank float32 [M, D]; shared, not copied: it must not be written to, and the caller may dispose of its own handle
   * @throws IadError BAD_ARGUMENT for other shapes or types
   */
  static async build(bank: Tensor2D): Promise<NeighborIndex> {
    checkMatrix('NeighborIndex.build', 'bank', bank);
    await tf.ready();
    const width = indexWidth(...bank.shape);
    const prunes = width > 0 && hasKernel(NEIGHBOR_INDEX_BUILD) && hasKernel(NEIGHBOR_INDEX_SEARCH);
    return new NeighborIndex(tf.keep(bank.clone()), prunes ? prepare(bank, width) : undefined);
  }

  /** Bank rows, M. */
  get size(): number {
    return this.#bank.shape[0];
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
    const bank = this.#bank;
    if (!this.#prepared) return topKNeighbors(queries, bank, k);
    checkSearch('NeighborIndex.search', queries, bank, k);
    return neighbors(runKernel(NEIGHBOR_INDEX_SEARCH, { queries, bank, ...this.#prepared }, { k }));
  }

  /** Frees the index; safe to call twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#bank.dispose();
    if (this.#prepared) tf.dispose(this.#prepared);
  }
}

function prepare(bank: Tensor2D, width: number): Prepared {
  const [mean, basis, panels, terms] = runKernel(NEIGHBOR_INDEX_BUILD, { bank }, { width });
  if (mean && basis && panels && terms) {
    const prepared = { mean, basis, panels, terms };
    for (const tensor of Object.values(prepared)) tf.keep(tensor);
    return prepared;
  }
  throw new IadError('BACKEND_WRONG', 'NeighborIndexBuild must return four tensors');
}
