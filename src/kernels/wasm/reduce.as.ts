// Rows in a few orthonormal directions plus the norm of what is left.
// reduction.ts says why distances between such rows bound the true ones from below.

import { tile4x8 } from './tile.inline.as';

/** centred = row - mean; gives back the squared norm in float64. */
export function centre(row: usize, mean: usize, depth: i32, centred: usize): f64 {
  let sum: f64 = 0;
  for (let d: i32 = 0; d < depth; d++) {
    const at = <usize>d << 2;
    const value = load<f32>(row + at) - load<f32>(mean + at);
    store<f32>(centred + at, value);
    sum += <f64>value * <f64>value;
  }
  return sum;
}

/**
 * out[i] = basis (row_i - mean), norms[i] = ||row_i - mean||^2 in float64.
 * @param panels the basis in panels of 8 directions
 * @param centred scratch, 4 x depth floats
 * @param out [count rounded up to 4, width]
 */
export function projectRows(
  rows: usize, count: i32, depth: i32, mean: usize, panels: usize, width: i32, centred: usize, out: usize, norms: usize,
): void {
  const rowBytes = <usize>depth << 2;
  const outBytes = <usize>width << 2;
  const zero = f32x4.splat(0);
  for (let i: i32 = 0; i < count; i += 4) {
    for (let j: i32 = 0; j < 4; j++) {
      const row = min(i + j, count - 1);
      const norm = centre(rows + <usize>row * rowBytes, mean, depth, centred + <usize>j * rowBytes);
      store<f64>(norms + (<usize>row << 3), norm);
    }
    let panel = panels;
    for (let w: i32 = 0; w < width; w += 8) {
      tile4x8(
        centred, centred + rowBytes, centred + 2 * rowBytes, centred + 3 * rowBytes, panel, depth, zero, zero,
        out + <usize>i * outBytes + (<usize>w << 2), outBytes,
      );
      panel += <usize>depth << 5;
    }
  }
}

/** How far a computed reduced row may be from the true one. */
@inline
export function rowError(norm: f64, residual: f64, projectionError: f64, residualError: f64): f64 {
  const worst = Math.sqrt(residualError * norm);
  return projectionError * Math.sqrt(norm) + (residual > worst ? (residualError * norm) / residual : worst);
}

/** Squared norms from here on are too close to float32's end: such rows are never ruled out. */
export const UNLIMITED: f64 = 1e36;

/**
 * Puts the norm of what each projected row leaves out into its last place, where the basis has no direction, and says how far the
 * result may be from the true one: Infinity beyond UNLIMITED, NaN for rows that are not finite.
 * @param errors receives float32 [count]
 */
export function reduceRows(
  out: usize, norms: usize, count: i32, width: i32, projectionError: f64, residualError: f64, errors: usize,
): void {
  for (let i: i32 = 0; i < count; i++) {
    const row = out + (<usize>i * width << 2);
    const norm = load<f64>(norms + (<usize>i << 3));
    let inside: f64 = 0;
    for (let w: i32 = 0; w < width - 1; w++) {
      const value = <f64>load<f32>(row + (<usize>w << 2));
      inside += value * value;
    }
    const residual = Math.sqrt(max(0, norm - inside));
    store<f32>(row + (<usize>(width - 1) << 2), <f32>residual);
    let error = rowError(norm, residual, projectionError, residualError);
    if (!(norm < UNLIMITED)) error = norm < Infinity ? Infinity : NaN;
    store<f32>(errors + (<usize>i << 2), <f32>error);
  }
}

/** Rows [count, depth] to panels [ceil(count / 8)][depth][8]; absent rows are zero. */
export function packPanels(rows: usize, count: i32, depth: i32, out: usize): void {
  const rowBytes = <usize>depth << 2;
  for (let i: i32 = 0; i < count; i += 8) {
    for (let d: usize = 0; d < rowBytes; d += 4) {
      for (let j: i32 = 0; j < 8; j++) {
        store<f32>(out, i + j < count ? load<f32>(rows + <usize>(i + j) * rowBytes + d) : 0);
        out += 4;
      }
    }
  }
}
