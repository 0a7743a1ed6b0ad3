// Packed triangles of symmetric and of lower triangular matrices: row after row up to the diagonal, so that element (i, j) with
// j <= i stands at i (i + 1) / 2 + j. Half the memory of full matrices.

/** Elements of a packed triangle. */
export function packedSize(depth: number): number {
  return (depth * (depth + 1)) / 2;
}

/** Rows and columns of the matrix whose triangle has `size` elements; NaN if there is no such matrix. */
export function packedDepth(size: number): number {
  const depth = Math.round((Math.sqrt(8 * size + 1) - 1) / 2);
  return packedSize(depth) === size ? depth : Number.NaN;
}

/** For each element of a full row-major matrix, where the triangle holds it; `size` stands for the zeros above the diagonal. */
export function unpackIndices(depth: number, aboveDiagonal: 'mirrored' | 'zero'): Int32Array {
  const indices = new Int32Array(depth * depth).fill(packedSize(depth));
  for (let i = 0; i < depth; i++) {
    for (let j = 0; j <= i; j++) {
      const at = packedSize(i) + j;
      indices[i * depth + j] = at;
      if (aboveDiagonal === 'mirrored') indices[j * depth + i] = at;
    }
  }
  return indices;
}

/** For each element of the triangle, where a full row-major matrix holds it. */
export function packIndices(depth: number): Int32Array {
  const indices = new Int32Array(packedSize(depth));
  for (let i = 0; i < depth; i++) for (let j = 0; j <= i; j++) indices[packedSize(i) + j] = i * depth + j;
  return indices;
}

/** Positions whose full matrices are in memory at a time where stock ops work on them: 64 MB of float32. */
export function compositePositions(depth: number): number {
  return Math.max(1, Math.floor(2 ** 24 / depth ** 2));
}
