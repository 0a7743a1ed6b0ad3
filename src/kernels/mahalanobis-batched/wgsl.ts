// The WGSL of mahalanobisBatched: forward substitution, a few rows of a factor at a time. The lanes share the products of the rows with
// what is already solved, so that the factor is read in order; then one lane per image finishes the triangle on the diagonal.
import type { GpuTile } from './plan.js';

const LANES = 64;

export function mahalanobisWgsl({ images, rows }: GpuTile, depth: number): string {
  const sums = images * rows;
  const pieces = LANES / sums;
  return `
    struct Uniforms { batch: u32, positions: u32, first: u32, count: u32, imageGroups: u32 }
    @group(0) @binding(0) var<storage, read> features: array<f32>;
    @group(0) @binding(1) var<storage, read> means: array<f32>;
    @group(0) @binding(2) var<storage, read> factors: array<f32>;
    @group(0) @binding(3) var<storage, read_write> squared: array<f32>;
    @group(0) @binding(4) var<uniform> uniforms: Uniforms;
    const DEPTH = ${depth}u;
    const IMAGES = ${images}u;
    const ROWS = ${rows}u;
    const SUMS = ${sums}u;
    const PIECES = ${pieces}u;
    // Residuals, of which the solution takes the place.
    var<workgroup> y: array<f32, ${images * depth}>;
    // One row longer than the lanes: neighbours in a column lie in different banks.
    var<workgroup> parts: array<f32, ${sums * (LANES + 1)}>;
    var<workgroup> pieces: array<f32, ${LANES}>;
    var<workgroup> triangle: array<f32, ${rows * rows}>;

    fn packedRow(i: u32) -> u32 { return i * (i + 1u) / 2u; }

    @compute @workgroup_size(${LANES})
    fn main(
      @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
    ) {
      let index = group.y * groups.x + group.x;
      // Neighbours share a factor.
      let p = index / uniforms.imageGroups;
      let image = (index % uniforms.imageGroups) * IMAGES;
      if (p >= uniforms.count) { return; }
      for (var at = lane; at < IMAGES * DEPTH; at += ${LANES}u) {
        let b = min(image + at / DEPTH, uniforms.batch - 1u);
        let d = at % DEPTH;
        y[at] = features[(b * uniforms.positions + uniforms.first + p) * DEPTH + d] - means[p * DEPTH + d];
      }
      workgroupBarrier();
      let factor = p * packedRow(DEPTH);
      var total = 0.0;
      for (var i = 0u; i < DEPTH; i += ROWS) {
        // A row past the last one repeats it, and its sum is not looked at.
        var sum: array<f32, ${sums}>;
        for (var s = 0u; s < SUMS; s++) { sum[s] = 0.0; }
        for (var j = lane; j < i; j += ${LANES}u) {
          for (var r = 0u; r < ROWS; r++) {
            let l = factors[factor + packedRow(min(i + r, DEPTH - 1u)) + j];
            for (var b = 0u; b < IMAGES; b++) { sum[r * IMAGES + b] += l * y[b * DEPTH + j]; }
          }
        }
        for (var s = 0u; s < SUMS; s++) { parts[s * ${LANES + 1}u + lane] = sum[s]; }
        for (var at = lane; at < ROWS * ROWS; at += ${LANES}u) {
          let r = i + at / ROWS;
          let c = i + at % ROWS;
          if (r < DEPTH && c <= r) { triangle[at] = factors[factor + packedRow(r) + c]; }
        }
        workgroupBarrier();
        var piece = 0.0;
        let start = (lane / PIECES) * ${LANES + 1}u + (lane % PIECES) * SUMS;
        for (var k = 0u; k < SUMS; k++) { piece += parts[start + k]; }
        pieces[lane] = piece;
        workgroupBarrier();
        if (lane < IMAGES) {
          for (var r = 0u; r < min(ROWS, DEPTH - i); r++) {
            var known = 0.0;
            for (var k = 0u; k < PIECES; k++) { known += pieces[(r * IMAGES + lane) * PIECES + k]; }
            for (var k = 0u; k < r; k++) { known += triangle[r * ROWS + k] * y[lane * DEPTH + i + k]; }
            let value = (y[lane * DEPTH + i + r] - known) / triangle[r * ROWS + r];
            y[lane * DEPTH + i + r] = value;
            total += value * value;
          }
        }
        workgroupBarrier();
      }
      if (lane < IMAGES && image + lane < uniforms.batch) { squared[(image + lane) * uniforms.count + p] = total; }
    }`;
}
