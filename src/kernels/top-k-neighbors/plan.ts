// Sizes and choices of topKNeighbors and NeighborIndex, as plain numbers.

/** Bank rows that one direct pass over the queries reads again and again: about 256 KiB, a share of the second-level cache. */
export function directBlockRows(depth: number): number {
  return Math.max(1, Math.min(4096, Math.floor((256 * 1024) / (4 * depth))));
}

/**
 * Whether making sketches of the whole bank pays: it costs as much as a few queries' direct distances. Beyond 2^20 dimensions
 * the sketches' rounding is no longer bounded.
 */
export function usesSketches(queryRows: number, bankRows: number, depth: number): boolean {
  return queryRows >= 12 && bankRows >= 32 && depth >= 8 && depth <= 2 ** 20;
}

/** A multiple of 4: the numbers of a sketch. */
export function sketchDepth(depth: number): number {
  return Math.ceil(depth / 4) * 4;
}

/** Floats that a set of sketches takes. */
export function sketchFloats(rows: number, depth: number): number {
  return Math.ceil(rows / 8) * 8 * (sketchDepth(depth) / 2 + 3);
}

/** Bank rows whose sketches stay in the second-level cache (256 KiB) while all queries pass over them: a multiple of 8. */
export function sketchBlockRows(depth: number): number {
  return Math.max(8, Math.min(1024, Math.floor((256 * 1024) / (2 * depth) / 8) * 8));
}

/**
 * Numbers per row in a NeighborIndex: principal directions + 1; 0 means that a plain search is as good. On ResNet-50 features
 * (D = 1024) 63 directions rule out about 98.5 % of the rows and 15 only 75 %.
 */
export function indexWidth(bankRows: number, depth: number): 0 | 16 | 32 | 64 {
  if (bankRows < 256 || depth < 48) return 0;
  if (depth < 128) return 16;
  return depth < 512 ? 32 : 64;
}

/** Rows that an index brings into its basis at a time; a multiple of 8. */
export const REDUCE_ROWS = 1024;

/**
 * Rows of each side in one product of the composite: so many queries that their products with a block, and the numbers of their
 * candidates from all blocks, are 2^22 at most (16 MiB each), but one query at least.
 */
export function compositeBlocks(queryRows: number, bankRows: number, depth: number, k: number): Blocks {
  const bank = Math.min(bankRows, 8192);
  const candidates = Math.ceil(bankRows / bank) * compositeCandidates(k, bank);
  const queries = Math.floor(2 ** 22 / Math.max(bank, candidates * depth));
  return { queries: Math.max(1, Math.min(queryRows, queries)), bank };
}

/** Candidates that the composite takes from each bank block to rank again exactly. */
export function compositeCandidates(k: number, blockRows: number): number {
  return Math.min(blockRows, k + 8);
}

/** Rows of an index whose bounds are made and used at a time; a multiple of 8. */
export const INDEX_BLOCK_ROWS = 512;

/** Rows of a bank outside of the backend that are brought in at a time: 16 MiB. */
export function pieceRows(depth: number): number {
  return Math.max(1, Math.floor((16 * 1024 * 1024) / (4 * depth)));
}

/** Rows of a bank that one thread searches at a time: at most 16 MiB, and such that all threads have as much to do. */
export function threadPieceRows(bankRows: number, depth: number, threads: number): number {
  const most = Math.max(1, Math.floor((16 * 1024 * 1024) / (4 * depth)));
  return Math.ceil(bankRows / (threads * Math.ceil(bankRows / (threads * most))));
}

/** Rows of each side that are worked on at once. */
export interface Blocks {
  readonly queries: number;
  readonly bank: number;
}

/**
 * Blocks in multiples of 64 rows: at most 2^23 distances (32 MiB), fewer where the depth would make one pass long, and no side larger
 * than a binding.
 */
export function gpuBlocks(queryRows: number, bankRows: number, depth: number, bindingBytes: number): Blocks {
  const bound = bindingBytes / (4 * depth);
  const products = Math.min(2 ** 23, 2 ** 35 / depth, bindingBytes / 4);
  const bank = rowsOf(bankRows, Math.min(bound, 16_384, products / 64));
  return { bank, queries: rowsOf(queryRows, Math.min(bound, products / bank)) };
}

/** A multiple of 64 that holds all rows or is not above `most`; at least 64. */
function rowsOf(rows: number, most: number): number {
  return Math.min(Math.ceil(rows / 64) * 64, Math.max(64, Math.floor(most / 64) * 64));
}

/** The tile of a GPU's threads: with few queries, few of them and many bank rows. */
export function gpuTile(queryRows: number): { across: number; down: number; step: number } {
  return queryRows <= 16 ? { across: 32, down: 2, step: 8 } : { across: 8, down: 8, step: 16 };
}
