// The WGSL of covarianceUpdate: first the means, then the products of the deviations, 32 x 32 elements of a triangle per workgroup.

/** Elements of a tile in one direction. */
export const TILE = 32;
/** Deviations in workgroup memory at a time. */
const STEP = 16;
/** Images whose sum is one float32 sum. */
const RUN = 64;

/** Means about the anchor, moved offsets, and the row by which the shift of the mean counts. @param isFirst without a state before */
export function meansWgsl(isFirst: boolean): string {
  const known = isFirst
    ? ''
    : `
    @group(0) @binding(5) var<storage, read> anchors: array<f32>;
    @group(0) @binding(6) var<storage, read> offsets: array<f32>;`;
  return `
    struct Uniforms { batch: u32, stride: u32, first: u32, size: u32, shift: f32, keep: f32 }
    @group(0) @binding(0) var<storage, read> features: array<f32>;
    @group(0) @binding(1) var<storage, read_write> anchorsOut: array<f32>;
    @group(0) @binding(2) var<storage, read_write> offsetsOut: array<f32>;
    @group(0) @binding(3) var<storage, read_write> means: array<f32>;
    @group(0) @binding(4) var<storage, read_write> shifts: array<f32>;${known}
    @group(0) @binding(${isFirst ? 5 : 7}) var<uniform> uniforms: Uniforms;
    @compute @workgroup_size(64)
    fn main(
      @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
    ) {
      let i = (group.y * groups.x + group.x) * 64u + lane;
      if (i >= uniforms.size) { return; }
      let at = uniforms.first + i;
      let anchor = ${isFirst ? 'features[at]' : 'anchors[i]'};
      let before = ${isFirst ? '0.0' : 'offsets[i]'};
      var mean = 0.0;
      for (var b = 0u; b < uniforms.batch; b += ${RUN}u) {
        var part = 0.0;
        for (var k = b; k < min(b + ${RUN}u, uniforms.batch); k++) { part += features[k * uniforms.stride + at] - anchor; }
        mean += part / f32(uniforms.batch);
      }
      anchorsOut[i] = anchor;
      offsetsOut[i] = before + (mean - before) * uniforms.keep;
      means[i] = mean;
      shifts[i] = (mean - before) * uniforms.shift;
    }`;
}

export function scatterWgsl(isFirst: boolean): string {
  return `
    struct Uniforms { batch: u32, stride: u32, first: u32, depth: u32, tiles: u32, count: u32 }
    @group(0) @binding(0) var<storage, read> features: array<f32>;
    @group(0) @binding(1) var<storage, read> anchors: array<f32>;
    @group(0) @binding(2) var<storage, read> means: array<f32>;
    @group(0) @binding(3) var<storage, read> shifts: array<f32>;
    @group(0) @binding(4) var<storage, read_write> scatterOut: array<f32>;
    ${isFirst ? '' : '@group(0) @binding(5) var<storage, read> scatter: array<f32>;'}
    @group(0) @binding(${isFirst ? 5 : 6}) var<uniform> uniforms: Uniforms;
    var<workgroup> left: array<f32, ${STEP * TILE}>;
    var<workgroup> right: array<f32, ${STEP * TILE}>;

    fn packedRow(i: u32) -> u32 { return i * (i + 1u) / 2u; }

    /** A deviation from the batch's mean; behind the last image the shift of the mean, behind that and in the padding 0. */
    fn row(k: u32, p: u32, d: u32) -> f32 {
      if (d >= uniforms.depth || k > uniforms.batch) { return 0.0; }
      let i = p * uniforms.depth + d;
      if (k == uniforms.batch) { return shifts[i]; }
      return features[k * uniforms.stride + uniforms.first + i] - anchors[i] - means[i];
    }

    @compute @workgroup_size(64)
    fn main(
      @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
    ) {
      let index = group.y * groups.x + group.x;
      let p = index / packedRow(uniforms.tiles);
      if (p >= uniforms.count) { return; }
      let tile = index % packedRow(uniforms.tiles);
      var tileRow = 0u;
      while (packedRow(tileRow + 1u) <= tile) { tileRow++; }
      let top = tileRow * ${TILE}u;
      let start = (tile - packedRow(tileRow)) * ${TILE}u;
      let x = lane % 8u;
      let y = lane / 8u;
      var sum: array<f32, 16>;
      for (var e = 0u; e < 16u; e++) { sum[e] = 0.0; }
      // The shift is the last row; there is none in a first batch.
      let rows = uniforms.batch + ${isFirst ? 0 : 1}u;
      for (var k = 0u; k < rows; k += ${STEP}u) {
        for (var e = lane; e < ${STEP * TILE}u; e += 64u) {
          let here = select(uniforms.batch + 1u, k + e / ${TILE}u, k + e / ${TILE}u < rows);
          left[e] = row(here, p, top + e % ${TILE}u);
          right[e] = row(here, p, start + e % ${TILE}u);
        }
        workgroupBarrier();
        var part: array<f32, 16>;
        for (var e = 0u; e < 16u; e++) { part[e] = 0.0; }
        for (var e = 0u; e < ${STEP}u; e++) {
          for (var r = 0u; r < 4u; r++) {
            let value = left[e * ${TILE}u + y * 4u + r];
            for (var c = 0u; c < 4u; c++) { part[r * 4u + c] += value * right[e * ${TILE}u + c * 8u + x]; }
          }
        }
        for (var e = 0u; e < 16u; e++) { sum[e] += part[e]; }
        workgroupBarrier();
      }
      for (var r = 0u; r < 4u; r++) {
        let i = top + y * 4u + r;
        for (var c = 0u; c < 4u; c++) {
          let j = start + c * 8u + x;
          if (i < uniforms.depth && j <= i) {
            let at = p * packedRow(uniforms.depth) + packedRow(i) + j;
            scatterOut[at] = ${isFirst ? '' : 'scatter[at] + '}sum[r * 4u + c];
          }
        }
      }
    }`;
}
