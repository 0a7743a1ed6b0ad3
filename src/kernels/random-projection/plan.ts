// How much of a random projection is made at a time.

/** Entries of a block: 1 MiB, the size of a second-level cache. */
const BLOCK_ENTRIES = 2 ** 18;

/** Outputs whose entries are made at a time, whatever their share of zeros. */
export function outputBlock(inputs: number, outputs: number): number {
  return Math.min(outputs, Math.max(8, Math.floor(BLOCK_ENTRIES / inputs)));
}

/** Tile of a workgroup on a GPU, ROWS x OUTPUTS sums over DEPTH inputs at a time; an invocation keeps 4 x 4 of the sums. */
export const TILE = { rows: 64, outputs: 32, depth: 16 } as const;
