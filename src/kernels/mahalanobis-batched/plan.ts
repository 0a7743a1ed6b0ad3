// How many images mahalanobisBatched solves for in one pass over the factors.

/** Images per pass of the wasm kernel: their residuals, 4 D bytes each, stay in the second-level cache. */
export function wasmGroup(batch: number, depth: number): number {
  const fits = Math.floor(2 ** 18 / (4 * depth));
  return 8 * Math.max(1, Math.min(Math.ceil(batch / 8), Math.floor(fits / 8)));
}

/** What a workgroup of 64 lanes works on at a time; images x rows divide the lanes. */
export interface GpuTile {
  readonly images: number;
  readonly rows: number;
}

/** Floats of workgroup memory that every WebGPU device has. */
const WORKGROUP_FLOATS = 4096;

/** The tile whose residuals and sums fit in a workgroup's memory; null where not even those of one image do. */
export function gpuTile(batch: number, depth: number): GpuTile | null {
  const tiles: readonly GpuTile[] = [
    { images: 4, rows: 4 },
    { images: 1, rows: 8 },
  ];
  const fits = ({ images, rows }: GpuTile) =>
    images * depth + images * rows * 65 + 64 + rows * rows <= WORKGROUP_FLOATS;
  return tiles.find((tile) => (batch > 1 || tile.images === 1) && fits(tile)) ?? null;
}
