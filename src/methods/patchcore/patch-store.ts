// Collects the patches of the good images while they stream in, within a byte budget.

import { KCenterStream } from '../../kernels/index.js';
import { IadError } from '../../runtime/errors.js';

/** Candidate rows in the dimensions that the coreset is chosen in, each with the image and patch it came from. */
export interface Candidates {
  /** [rows, columns] */
  readonly rows: Float32Array;
  readonly images: Int32Array;
  readonly patches: Int32Array;
}

/**
 * Rows that the selection needs: the chunks, joined to one array, and that array's copy on the backend. The chunks are let
 * go while they are joined, so two copies exist at once, and the kernels' reduced copy of an eighth.
 */
const COPIES_WHILE_SELECTING = 2.25;

/** A coreset of fewer candidates is none. */
const LEAST_ROWS = 8;

/**
 * Keeps every patch's selection row, and, where that is a projection, the embeddings too while both fit the budget. Once they
 * do not, the embeddings are let go (the chosen ones are computed again later), and once even the selection rows do not fit, they
 * are thinned to a coreset that is kept within it.
 */
export class PatchStore {
  readonly #budget: number;
  readonly #columns: number;
  readonly #stream: KCenterStream;
  /** Per image added: its number and the position of its first patch, rising. */
  readonly #starts: { readonly image: number; readonly from: number }[] = [];
  #embeddings: Map<number, Float32Array> | null = new Map();
  #embeddingBytes = 0;

  /**
   * @param columns dimensions that the coreset is chosen in
   * @throws IadError MEMORY_BUDGET for a budget of a few rows
   */
  constructor(budget: number, columns: number) {
    this.#budget = budget;
    this.#columns = columns;
    if (this.capacity < LEAST_ROWS) {
      throw new IadError('MEMORY_BUDGET', `${budget} bytes hold ${this.capacity} candidates`, {
        path: 'memoryBudget',
        hint: 'Raise memoryBudget, or lower projection.',
      });
    }
    this.#stream = new KCenterStream(columns, this.capacity);
  }

  /**
   * Takes one image's patches. Both arrays are copied.
   * @param embedding null where the selection rows are the embedding
   */
  async add(
    image: number,
    selection: Float32Array,
    embedding: Float32Array | null,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#starts.push({ image, from: this.seen });
    await this.#stream.add(selection, signal ? { signal } : {});
    if (!embedding || !this.#embeddings) return;
    this.#embeddingBytes += embedding.byteLength;
    if (this.#embeddingBytes + this.rowCount * this.#bytesPerRow > this.#budget) this.#embeddings = null;
    else this.#embeddings.set(image, embedding.slice());
  }

  /** Patches added so far, also those thinned out since. */
  get seen(): number {
    return this.#stream.seen;
  }

  get rowCount(): number {
    return this.#stream.held;
  }

  /** How often candidates were thinned, because not even their selection rows fit the budget. */
  get thinnings(): number {
    return this.#stream.reductions;
  }

  /** Rows that fit the budget. */
  get capacity(): number {
    return Math.floor(this.#budget / this.#bytesPerRow);
  }

  /** Hands out all rows as one, in the order in which they came, and keeps none. */
  takeAll(): Candidates {
    const { rows, positions } = this.#stream.take();
    const images = new Int32Array(positions.length);
    const patches = new Int32Array(positions.length);
    let at = 0;
    positions.forEach((position, i) => {
      while ((this.#starts[at + 1]?.from ?? Number.POSITIVE_INFINITY) <= position) at++;
      const { image, from } = this.#starts[at]!;
      images[i] = image;
      patches[i] = position - from;
    });
    return { rows, images, patches };
  }

  /** An image's embedding, if they could all be kept. */
  embeddingOf(image: number): Float32Array | undefined {
    return this.#embeddings?.get(image);
  }

  get #bytesPerRow(): number {
    return this.#columns * 4 * COPIES_WHILE_SELECTING;
  }
}
