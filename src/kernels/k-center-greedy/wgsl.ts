// The WGSL of kCenterGreedy. Distances and radii travel as the bits of their float32: these order as the numbers do, for none is
// negative, and NaN is above all others, whatever a GPU makes of it in a comparison.

/** Threads of a workgroup. Many small ones fill a GPU as well, and software renderers change threads slowly. */
const THREADS = 64;
/** Rows that a thread takes part in at once. */
const ROWS = 8;

const BETTER = `
  const NONE = 0xffffffffu;

  fn better(a: vec2u, b: vec2u) -> vec2u {
    return select(a, b, b.x > a.x || (b.x == a.x && b.y < a.y));
  }`;

const GATHER = `
  var<workgroup> entries: array<vec2u, ${THREADS}>;

  fn gather(lane: u32, own: vec2u) -> vec2u {
    entries[lane] = own;
    workgroupBarrier();
    if (lane < 16u) {
      var best = entries[lane];
      for (var i = lane + 16u; i < ${THREADS}u; i += 16u) { best = better(best, entries[i]); }
      entries[lane] = best;
    }
    workgroupBarrier();
    var best = entries[0];
    if (lane == 0u) { for (var i = 1u; i < 16u; i++) { best = better(best, entries[i]); } }
    return best;
  }`;

/** The largest distance first, then the lowest row that has it; no order of the threads' groups is taken for granted. */
const GATHER_SUBGROUPS = `
  var<workgroup> most: atomic<u32>;
  var<workgroup> beforeNone: atomic<u32>;

  fn gather(lane: u32, own: vec2u) -> vec2u {
    let bits = subgroupMax(own.x);
    if (subgroupElect()) { atomicMax(&most, bits); }
    workgroupBarrier();
    let largest = atomicLoad(&most);
    let first = subgroupMax(select(0u, NONE - own.y, own.x == largest));
    if (subgroupElect()) { atomicMax(&beforeNone, first); }
    workgroupBarrier();
    return vec2u(largest, NONE - atomicLoad(&beforeNone));
  }`;

/** `gather` gives the best of the workgroup to lane 0; entries are [bits, row], better is the larger distance, of equals the lower row. */
function best(subgroups: boolean): string {
  return BETTER + (subgroups ? GATHER_SUBGROUPS : GATHER);
}

/** What has to stand first in a module. */
function enable(subgroups: boolean): string {
  return subgroups ? 'enable subgroups;' : '';
}

/** Rows of one workgroup, which keeps the best of them. */
export function blockRows(lanes: number): number {
  return (THREADS / lanes) * ROWS;
}

/** Sets the distances (NaN and negative count as 0), the best of every block, and no pick. */
export function startWgsl(lanes: number, subgroups: boolean): string {
  return `
  ${enable(subgroups)}
  struct Uniforms { rows: u32, blocks: u32 }
  @group(0) @binding(0) var<storage, read> anchors: array<u32>;
  @group(0) @binding(1) var<storage, read_write> distances: array<u32>;
  @group(0) @binding(2) var<storage, read_write> best: array<vec2u>;
  @group(0) @binding(3) var<storage, read_write> state: array<u32>;
  @group(0) @binding(4) var<uniform> uniforms: Uniforms;
  ${best(subgroups)}

  @compute @workgroup_size(${THREADS})
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let block = group.y * groups.x + group.x;
    if (block >= uniforms.blocks) { return; }
    let end = min((block + 1u) * ${blockRows(lanes)}u, uniforms.rows);
    var own = vec2u(0u, NONE);
    for (var row = block * ${blockRows(lanes)}u + lane; row < end; row += ${THREADS}u) {
      // The sign bit makes negative numbers larger than infinity, as NaN is.
      let bits = select(0u, anchors[row], anchors[row] <= 0x7f800000u);
      distances[row] = bits;
      own = better(own, vec2u(bits, row));
    }
    let top = gather(lane, own);
    if (lane == 0u) { best[block] = top; }
    if (lane == 0u && block == 0u) { state[0] = 0u; }
  }`;
}

/** Picks the best of the blocks' best. State: [picks made, the last pick]. */
export function pickWgsl(subgroups: boolean): string {
  return `
  ${enable(subgroups)}
  struct Uniforms { blocks: u32, begin: u32 }
  @group(0) @binding(0) var<storage, read> best: array<vec2u>;
  @group(0) @binding(1) var<storage, read_write> state: array<u32>;
  @group(0) @binding(2) var<storage, read_write> indices: array<u32>;
  @group(0) @binding(3) var<storage, read_write> radii: array<u32>;
  @group(0) @binding(4) var<uniform> uniforms: Uniforms;
  ${best(subgroups)}

  @compute @workgroup_size(${THREADS})
  fn main(@builtin(local_invocation_index) lane: u32) {
    var own = vec2u(0u, NONE);
    for (var block = lane; block < uniforms.blocks; block += ${THREADS}u) { own = better(own, best[block]); }
    let top = gather(lane, own);
    if (lane == 0u) {
      let pick = select(NONE, top.y, top.x > 0u);
      let at = state[0] - uniforms.begin;
      indices[at] = pick;
      radii[at] = top.x;
      state[0] += 1u;
      state[1] = pick;
    }
  }`;
}

/** Copies the pick out of the part of the features that holds it. */
export const COPY_WGSL = `
  struct Uniforms { first: u32, rows: u32, depth: u32 }
  @group(0) @binding(0) var<storage, read> features: array<f32>;
  @group(0) @binding(1) var<storage, read> state: array<u32>;
  @group(0) @binding(2) var<storage, read_write> centre: array<f32>;
  @group(0) @binding(3) var<uniform> uniforms: Uniforms;

  @compute @workgroup_size(${THREADS})
  fn main(@builtin(local_invocation_index) lane: u32) {
    let row = state[1] - uniforms.first;
    if (state[1] < uniforms.first || row >= uniforms.rows) { return; }
    for (var d = lane; d < uniforms.depth; d += ${THREADS}u) { centre[d] = features[row * uniforms.depth + d]; }
  }`;

/**
 * Brings the distances of a part of the rows up to date with the last pick, and every block's best. Each row is added up by `lanes`
 * threads, always in the same order.
 * @param fours the depth is a multiple of 4
 * @param subgroups the device has them
 */
export function updateWgsl(lanes: number, fours: boolean, subgroups: boolean): string {
  const element = fours ? 'vec4f' : 'f32';
  const slots = THREADS / lanes;
  const rows = Array.from({ length: ROWS }, (_, j) => j);
  const each = (line: (j: number) => string) => rows.map(line).join('\n');
  return `
  ${enable(subgroups)}
  // Units are the elements of a row; \`centreRow\` is NONE where \`centre\` is the features themselves.
  struct Uniforms { first: u32, rows: u32, units: u32, centreRow: u32, firstBlock: u32, blocks: u32 }
  @group(0) @binding(0) var<storage, read> features: array<${element}>;
  @group(0) @binding(1) var<storage, read> centre: array<${element}>;
  @group(0) @binding(2) var<storage, read> state: array<u32>;
  @group(0) @binding(3) var<storage, read_write> distances: array<u32>;
  @group(0) @binding(4) var<storage, read_write> best: array<vec2u>;
  @group(0) @binding(5) var<uniform> uniforms: Uniforms;
  ${best(subgroups)}
  var<workgroup> sums: array<f32, ${THREADS * ROWS}>;

  fn total(sum: ${element}) -> f32 { return ${fours ? '(sum.x + sum.z) + (sum.y + sum.w)' : 'sum'}; }

  @compute @workgroup_size(${THREADS})
  fn main(
    @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
  ) {
    let block = group.y * groups.x + group.x;
    let pick = state[1];
    if (block >= uniforms.blocks || pick == NONE) { return; }
    let units = uniforms.units;
    let slot = lane / ${lanes}u;
    let base = block * ${slots * ROWS}u + slot;
    let centreAt = select(uniforms.centreRow, pick, uniforms.centreRow == NONE) * units;
    ${each((j) => `let at${j} = min(base + ${j * slots}u, uniforms.rows - 1u) * units; var sum${j} = ${element}(0.0);`)}
    for (var d = lane % ${lanes}u; d < units; d += ${lanes}u) {
      let c = centre[centreAt + d];
      ${each((j) => `let apart${j} = features[at${j} + d] - c; sum${j} = fma(apart${j}, apart${j}, sum${j});`)}
    }
    ${each((j) => `sums[${j * THREADS}u + lane] = total(sum${j});`)}
    workgroupBarrier();
    var own = vec2u(0u, NONE);
    if (lane % ${lanes}u == 0u) {
      for (var j = 0u; j < ${ROWS}u; j++) {
        let place = base + j * ${slots}u;
        if (place >= uniforms.rows) { break; }
        let row = uniforms.first + place;
        var squared = 0.0;
        for (var i = 0u; i < ${lanes}u; i++) { squared += sums[j * ${THREADS}u + lane + i]; }
        let found = bitcast<u32>(sqrt(squared)) & 0x7fffffffu;
        // Also for a pick whose distance to itself is NaN, so that no row is picked twice.
        let bits = select(min(distances[row], found), 0u, row == pick);
        distances[row] = bits;
        own = better(own, vec2u(bits, row));
      }
    }
    let top = gather(lane, own);
    if (lane == 0u) { best[uniforms.firstBlock + block] = top; }
  }`;
}
