// Collects the patches of the good images while they stream in, within a byte budget.

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

/**
 * Keeps every patch's selection row, and, where that is a projection, the embeddings too while both fit the budget. Once they
 * do not, the embeddings are let go (the chosen ones are computed again later), and once even the selection rows do not fit, `isFull` says so and
 * the caller thins them: `takeAll`, then `putBack` of those that stay.
 */
export class PatchStore {
  readonly #budget: number;
  readonly #columns: number;
  #chunks: Candidates[] = [];
  #rowCount = 0;
  #seen = 0;
  #embeddings: Map<number, Float32Array> | null = new Map();
  #embeddingBytes = 0;

  /** @param columns dimensions that the coreset is chosen in */
  constructor(budget: number, columns: number) {
    this.#budget = budget;
    this.#columns = columns;
  }

  /**
   * Takes one image's patches. Both arrays are copied.
   * @param embedding null where the selection rows are the embedding
   */
  add(image: number, selection: Float32Array, embedding: Float32Array | null): void {
    const rows = selection.slice();
    const count = rows.length / this.#columns;
    const patches = Int32Array.from({ length: count }, (_, i) => i);
    this.#chunks.push({ rows, images: new Int32Array(count).fill(image), patches });
    this.#rowCount += count;
    this.#seen += count;
    if (!embedding || !this.#embeddings) return;
    this.#embeddingBytes += embedding.byteLength;
    if (this.#embeddingBytes + this.#selectionBytes > this.#budget) this.#embeddings = null;
    else this.#embeddings.set(image, embedding.slice());
  }

  /** Patches added so far, also those thinned out since. */
  get seen(): number {
    return this.#seen;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** True when the selection rows no longer fit the budget. */
  get isFull(): boolean {
    return this.#selectionBytes > this.#budget;
  }

  /** Rows that fit the budget. */
  get capacity(): number {
    return Math.floor(this.#budget / (this.#columns * 4 * COPIES_WHILE_SELECTING));
  }

  /** Hands out all rows as one, and keeps none. */
  takeAll(): Candidates {
    const rows = new Float32Array(this.#rowCount * this.#columns);
    const images = new Int32Array(this.#rowCount);
    const patches = new Int32Array(this.#rowCount);
    let at = 0;
    for (let chunk = this.#chunks.shift(); chunk; chunk = this.#chunks.shift()) {
      rows.set(chunk.rows, at * this.#columns);
      images.set(chunk.images, at);
      patches.set(chunk.patches, at);
      at += chunk.images.length;
    }
    this.#rowCount = 0;
    return { rows, images, patches };
  }

  /** Puts back the candidates that survived thinning. */
  putBack(candidates: Candidates): void {
    this.#chunks.push(candidates);
    this.#rowCount += candidates.images.length;
  }

  /** An image's embedding, if they could all be kept. */
  embeddingOf(image: number): Float32Array | undefined {
    return this.#embeddings?.get(image);
  }

  get #selectionBytes(): number {
    return this.#rowCount * this.#columns * 4 * COPIES_WHILE_SELECTING;
  }
}
