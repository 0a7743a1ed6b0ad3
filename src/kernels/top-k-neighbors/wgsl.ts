// The WGSL of topKNeighbors. Distances travel as the bits of their float32: these order as the numbers do, for none is negative,
// and what is NaN or infinite is one number beyond all others, whatever a GPU makes of NaN in a comparison.

/** Threads of a tile: `across` bank rows by `down` queries, eight of each per thread; `step` elements of depth are staged at a time. */
export interface Tile {
  readonly across: number;
  readonly down: number;
  readonly step: number;
}

/** Threads that select for one query: a square number. */
const SELECTORS = 64;
const SIDE = Math.sqrt(SELECTORS);

/**
 * Squared distances of a block of queries to a block of bank rows, [queries, stride], as bits. Every sum runs over the depth in
 * order, so that equal rows give equal bits wherever they stand.
 * @param fours the depth is a multiple of 4
 */
export function distancesWgsl({ across, down, step }: Tile, fours: boolean): string {
  const element = fours ? 'vec4f' : 'f32';
  const four = (name: string) =>
    fours
      ? `${name}[(row * depth + d) / 4u]`
      : `vec4f(${[0, 1, 2, 3].map((i) => `select(0.0, ${name}[min(row * depth + d + ${i}u, row * depth + depth - 1u)], d + ${i}u < depth)`).join(', ')})`;
  // Two fours of rows per thread, `threads` fours apart, stand side by side in the tile's line of one element of depth.
  const stage = (name: string, threads: number) => `
    for (var s = lane; s < ${2 * threads * step}u; s += ${across * down}u) {
      let place = s / ${step / 4}u;
      let row = ${name}First + place;
      let at = (s % ${step / 4}u) * 4u;
      let d = done + at;
      var four = vec4f(0.0);
      if (row < ${name}Rows && d < depth) { four = ${four(name)}; }
      for (var i = 0u; i < 4u; i++) { ${name}Tile[(at + i) * ${2 * threads + 1}u + place / 4u][place % 4u] = four[i]; }
    }`;
  const pairs = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((q) => [0, 1].map((b) => ({ q, b, sum: `sum${q}${b}` })));
  const each = (line: (pair: { q: number; b: number; sum: string }) => string) => pairs.map(line).join('\n');
  return `
    struct Uniforms { queryRows: u32, bankRows: u32, depth: u32, stride: u32 }
    @group(0) @binding(0) var<storage, read> query: array<${element}>;
    @group(0) @binding(1) var<storage, read> bank: array<${element}>;
    @group(0) @binding(2) var<storage, read_write> distances: array<vec4u>;
    @group(0) @binding(3) var<uniform> uniforms: Uniforms;
    var<workgroup> queryTile: array<vec4f, ${step * (2 * down + 1)}>;
    var<workgroup> bankTile: array<vec4f, ${step * (2 * across + 1)}>;

    fn bits(distances: vec4f) -> vec4u {
      return min(bitcast<vec4u>(distances) & vec4u(0x7fffffffu), vec4u(0x7f800000u));
    }

    @compute @workgroup_size(${across}, ${down})
    fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(local_invocation_id) local: vec3u,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let depth = uniforms.depth;
      let queryRows = uniforms.queryRows;
      let bankRows = uniforms.bankRows;
      let queryFirst = group.y * ${8 * down}u;
      let bankFirst = group.x * ${8 * across}u;
      ${each(({ sum }) => `var ${sum} = vec4f(0.0);`)}
      for (var done = 0u; done < depth; done += ${step}u) {
        ${stage('query', down)}
        ${stage('bank', across)}
        workgroupBarrier();
        for (var i = 0u; i < ${step}u; i++) {
          let q0 = queryTile[i * ${2 * down + 1}u + local.y];
          let q1 = queryTile[i * ${2 * down + 1}u + local.y + ${down}u];
          let b0 = bankTile[i * ${2 * across + 1}u + local.x];
          let b1 = bankTile[i * ${2 * across + 1}u + local.x + ${across}u];
          ${each(({ q, b, sum }) => `let a${q}${b} = q${q >> 2}[${q & 3}] - b${b}; ${sum} = fma(a${q}${b}, a${q}${b}, ${sum});`)}
        }
        workgroupBarrier();
      }
      let fours = uniforms.stride / 4u;
      let place = bankFirst / 4u + local.x;
      var row = 0u;
      ${each(
        ({ q, b, sum }) =>
          `row = queryFirst + local.y * 4u + ${(q >> 2) * 4 * down + (q & 3)}u;
          if (row < queryRows && place + ${b * across}u < fours) {
            distances[row * fours + place + ${b * across}u] = bits(${sum});
          }`,
      )}
    }`;
}

/**
 * Merges a block of distances into every query's list, one workgroup for each: lists [queries, k] in ascending order, of equals the
 * lower row. A thread holds the least of its share of the block, and looks for the next when that one was taken.
 */
export const SELECT_WGSL = `
  struct Uniforms { queryRows: u32, bankRows: u32, stride: u32, firstRow: u32, k: u32, known: u32 }
  @group(0) @binding(0) var<storage, read> distances: array<u32>;
  @group(0) @binding(1) var<storage, read> listBits: array<u32>;
  @group(0) @binding(2) var<storage, read> listRows: array<i32>;
  @group(0) @binding(3) var<storage, read_write> outBits: array<u32>;
  @group(0) @binding(4) var<storage, read_write> outRows: array<i32>;
  @group(0) @binding(5) var<uniform> uniforms: Uniforms;
  const NEVER = 0x7f800000u;
  var<workgroup> entries: array<vec2u, ${SELECTORS}>;

  // [bits, place] of the thread's least distance after the place and bits that were taken last.
  fn next(start: u32, lane: u32, taken: vec2u, again: bool) -> vec2u {
    var least = vec2u(NEVER, 0u);
    for (var place = lane; place < uniforms.bankRows; place += ${SELECTORS}u) {
      let bits = distances[start + place];
      let isLeft = !again || bits > taken.x || (bits == taken.x && place > taken.y);
      if (bits < least.x && isLeft) { least = vec2u(bits, place); }
    }
    return least;
  }

  fn leastOfSide(first: u32, apart: u32) -> vec2u {
    var least = entries[first];
    for (var i = 1u; i < ${SIDE}u; i++) {
      let other = entries[first + i * apart];
      if (other.x < least.x || (other.x == least.x && other.y < least.y)) { least = other; }
    }
    return least;
  }

  fn leastOf(lane: u32, own: vec2u) -> vec2u {
    entries[lane] = own;
    workgroupBarrier();
    if (lane % ${SIDE}u == 0u) { entries[lane] = leastOfSide(lane, 1u); }
    workgroupBarrier();
    if (lane == 0u) { entries[0] = leastOfSide(0u, ${SIDE}u); }
    return workgroupUniformLoad(&entries[0]);
  }

  @compute @workgroup_size(${SELECTORS})
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let query = group.y * groups.x + group.x;
    if (query >= uniforms.queryRows) { return; }
    let k = uniforms.k;
    let start = query * uniforms.stride;
    let list = query * k;
    var own = next(start, lane, vec2u(0u), false);
    var least = leastOf(lane, own);
    // The list's entries that were taken.
    var head = 0u;
    for (var j = 0u; j < k; j++) {
      if (least.x == NEVER && uniforms.known == 0u) {
        for (var i = j + lane; i < k; i += ${SELECTORS}u) {
          outBits[list + i] = NEVER;
          outRows[list + i] = -1;
        }
        return;
      }
      if (uniforms.known > 0u) {
        if (listBits[list + head + (k - 1u - j)] <= least.x) {
          // All that are still wanted come from the list.
          for (var i = j + lane; i < k; i += ${SELECTORS}u) {
            outBits[list + i] = listBits[list + head + i - j];
            outRows[list + i] = listRows[list + head + i - j];
          }
          return;
        }
        if (listBits[list + head] <= least.x) {
          if (lane == 0u) {
            outBits[list + j] = listBits[list + head];
            outRows[list + j] = listRows[list + head];
          }
          head++;
          continue;
        }
      }
      if (lane == 0u) {
        outBits[list + j] = least.x;
        outRows[list + j] = i32(uniforms.firstRow + least.y);
      }
      if (least.y % ${SELECTORS}u == lane) { own = next(start, lane, least, true); }
      least = leastOf(lane, own);
    }
  }`;
