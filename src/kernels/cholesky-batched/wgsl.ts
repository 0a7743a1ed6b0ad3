// The WGSL of choleskyBatched: one workgroup per matrix, eight columns at a time. Every lane has a row; what the rows hold to the left of the
// columns is taken off, tile by tile of workgroup memory, then the lanes solve against the eight rows on the diagonal.

const COLUMNS = 8;
const LANES = 64;
const TILE = 16;

export const CHOLESKY_WGSL = `
  struct Uniforms { depth: u32, first: u32, count: u32, scale: f32, ridge: f32 }
  @group(0) @binding(0) var<storage, read> matrices: array<f32>;
  @group(0) @binding(1) var<storage, read_write> factors: array<f32>;
  @group(0) @binding(2) var<storage, read_write> statuses: array<i32>;
  @group(0) @binding(3) var<uniform> uniforms: Uniforms;
  // One column more than needed: neighbours in a column lie in different banks.
  var<workgroup> own: array<f32, ${LANES * (TILE + 1)}>;
  var<workgroup> across: array<f32, ${COLUMNS * TILE}>;
  var<workgroup> diagonal: array<f32, ${COLUMNS * COLUMNS}>;
  var<workgroup> failed: u32;

  fn packedRow(i: u32) -> u32 { return i * (i + 1u) / 2u; }

  /** Factorises the rows on the diagonal; returns 0, or 1 + the one whose pivot is not a finite positive number. */
  fn factorize(rows: u32) -> u32 {
    for (var r = 0u; r < rows; r++) {
      for (var c = 0u; c <= r; c++) {
        var sum = diagonal[r * ${COLUMNS}u + c];
        for (var k = 0u; k < c; k++) { sum -= diagonal[r * ${COLUMNS}u + k] * diagonal[c * ${COLUMNS}u + k]; }
        if (c < r) {
          diagonal[r * ${COLUMNS}u + c] = sum / diagonal[c * ${COLUMNS}u + c];
        } else {
          // On the bits: a GPU may take it that there is no NaN. Negative numbers are above the infinity.
          let bits = bitcast<u32>(sum);
          if (bits == 0u || bits >= 0x7f800000u) { return r + 1u; }
          diagonal[r * ${COLUMNS}u + r] = sqrt(sum);
        }
      }
    }
    return 0u;
  }

  @compute @workgroup_size(${LANES})
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let index = group.y * groups.x + group.x;
    if (index >= uniforms.count) { return; }
    let p = uniforms.first + index;
    let depth = uniforms.depth;
    let base = p * packedRow(depth);
    var status = 0u;
    for (var j = 0u; j < depth && status == 0u; j += ${COLUMNS}u) {
      let columns = min(${COLUMNS}u, depth - j);
      for (var top = j; top < depth && status == 0u; top += ${LANES}u) {
        let row = top + lane;
        let isRow = row < depth;
        let at = base + packedRow(min(row, depth - 1u));
        var sum: array<f32, ${COLUMNS}>;
        for (var c = 0u; c < ${COLUMNS}u; c++) { sum[c] = 0.0; }
        for (var left = 0u; left < j; left += ${TILE}u) {
          let width = min(${TILE}u, j - left);
          for (var e = lane; e < ${LANES * TILE}u; e += ${LANES}u) {
            let r = top + e / ${TILE}u;
            let k = e % ${TILE}u;
            own[(e / ${TILE}u) * ${TILE + 1}u + k] = select(0.0, factors[base + packedRow(min(r, depth - 1u)) + left + min(k, width - 1u)], k < width);
          }
          for (var e = lane; e < ${COLUMNS * TILE}u; e += ${LANES}u) {
            let r = min(j + e / ${TILE}u, depth - 1u);
            let k = e % ${TILE}u;
            across[e] = select(0.0, factors[base + packedRow(r) + left + min(k, width - 1u)], k < width);
          }
          workgroupBarrier();
          var part: array<f32, ${COLUMNS}>;
          for (var c = 0u; c < ${COLUMNS}u; c++) { part[c] = 0.0; }
          for (var k = 0u; k < ${TILE}u; k++) {
            let value = own[lane * ${TILE + 1}u + k];
            for (var c = 0u; c < ${COLUMNS}u; c++) { part[c] += value * across[c * ${TILE}u + k]; }
          }
          for (var c = 0u; c < ${COLUMNS}u; c++) { sum[c] += part[c]; }
          workgroupBarrier();
        }
        for (var c = 0u; c < columns; c++) {
          if (isRow && j + c <= row) {
            let given = matrices[at + j + c] * uniforms.scale + select(0.0, uniforms.ridge, row == j + c);
            sum[c] = given - sum[c];
          }
        }
        if (top == j) {
          if (lane < columns) {
            for (var c = 0u; c <= lane; c++) { diagonal[lane * ${COLUMNS}u + c] = sum[c]; }
          }
          workgroupBarrier();
          if (lane == 0u) { failed = factorize(columns); }
          let pivot = workgroupUniformLoad(&failed);
          if (pivot > 0u) { status = j + pivot; }
        }
        if (isRow && status == 0u) {
          for (var c = 0u; c < columns; c++) {
            if (j + c > row) { break; }
            for (var k = 0u; k < c; k++) { sum[c] -= sum[k] * diagonal[c * ${COLUMNS}u + k]; }
            if (row == j + c) { sum[c] = diagonal[c * ${COLUMNS}u + c]; } else { sum[c] /= diagonal[c * ${COLUMNS}u + c]; }
            factors[at + j + c] = sum[c];
          }
        }
      }
      storageBarrier();
      workgroupBarrier();
    }
    if (status > 0u) {
      for (var e = lane; e < packedRow(depth); e += ${LANES}u) { factors[base + e] = 0.0; }
    }
    if (lane == 0u) { statuses[p] = i32(status); }
  }`;
