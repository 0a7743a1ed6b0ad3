// Light on a surface: one soft key light near the camera's axis, an ambient dome, shadows cast along the height field.
import type { Random } from '../../runtime/random.js';
import { clamp01, smoothstep } from './noise.js';
import { FRAME, type Surface } from './surface.js';

export interface Light {
  /** Position of the key light in frame units from the frame's centre; z is above the base plane. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Strength of the ambient and of the key light. */
  readonly ambient: number;
  readonly key: number;
}

/** The station's lamp, upper left, as it stood for one picture. */
export function drawLight(random: Random): Light {
  return {
    x: -210 + 36 * (random.uniform() - 0.5),
    y: -260 + 36 * (random.uniform() - 0.5),
    z: 430 + 30 * (random.uniform() - 0.5),
    ambient: 0.42 + 0.04 * (random.uniform() - 0.5),
    key: 0.86 + 0.08 * (random.uniform() - 0.5),
  };
}

/** Steepest slope kept; a vertical wall would else turn into a black or white line. */
const MAX_SLOPE = 1.8;
const SHADOW_STEPS = 9;
const SHADOW_REACH = 16;

/** Linear RGB light that reaches the camera, interleaved, length 3 * size * size; about 0..1, highlights above. */
export function shade(surface: Surface, light: Light): Float32Array {
  const { size, unit, red, green, blue, height, gloss, metal } = surface;
  const out = new Float32Array(3 * size * size);
  const around = boxBlur(height, size, Math.max(1, Math.round(3.5 / unit)));
  const span = Math.hypot(light.x, light.y);
  const rise = light.z / span;
  const stepX = light.x / span;
  const stepY = light.y / span;
  const reach = shadowOffsets(stepX, stepY, unit);
  for (let row = 0; row < size; row++) {
    const above = Math.max(0, row - 1) * size;
    const below = Math.min(size - 1, row + 1) * size;
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const here = height[at]!;
      const west = height[row * size + Math.max(0, column - 1)]!;
      const east = height[row * size + Math.min(size - 1, column + 1)]!;
      let nx = (west - east) / (2 * unit);
      let ny = (height[above + column]! - height[below + column]!) / (2 * unit);
      const slope = Math.sqrt(nx * nx + ny * ny);
      if (slope > MAX_SLOPE) {
        nx *= MAX_SLOPE / slope;
        ny *= MAX_SLOPE / slope;
      }
      const nz = 1 / Math.sqrt(nx * nx + ny * ny + 1);
      nx *= nz;
      ny *= nz;

      let lx = light.x - (column * unit - FRAME / 2);
      let ly = light.y - (row * unit - FRAME / 2);
      const far = 1 / Math.sqrt(lx * lx + ly * ly + light.z * light.z);
      lx *= far;
      ly *= far;
      const lz = light.z * far;
      // The camera looks straight down, so the half vector is (light + z) / |light + z|.
      const half = 1 / Math.sqrt(lx * lx + ly * ly + (lz + 1) * (lz + 1));
      const facing = Math.max(0, nx * lx + ny * ly + nz * lz);
      const mirror = Math.max(0, (nx * lx + ny * ly + nz * (lz + 1)) * half);

      let shadow = 0;
      for (let step = 0; step < reach.columns.length; step++) {
        const c = column + reach.columns[step]!;
        const r = row + reach.rows[step]!;
        if (c < 0 || r < 0 || c >= size || r >= size) break;
        const distance = reach.distances[step]!;
        const over = (height[r * size + c]! - here - distance * rise * 0.6) / (0.5 + 0.12 * distance);
        if (over > shadow) shadow = over;
      }
      const lit = 1 - 0.8 * clamp01(shadow);
      const sunk = around[at]! - here;
      const open = sunk > 0 ? 1 / (1 + 0.16 * sunk) : 1;

      const g = gloss[at]!;
      const m = metal[at]!;
      const m2 = mirror * mirror;
      const broad = m2 * m2 * m2 * m2;
      const sharp = broad * broad * broad * broad * broad;
      const diffuse = (light.ambient * open + light.key * facing * lit) * (1 - 0.62 * m);
      const shine = g * lit * (0.16 * broad * (1 + 2.2 * m) + 0.6 * sharp);
      // Metal mirrors the room: bright towards the lamp's side, dark away from it.
      const room = m * open * (0.12 + 0.5 * smoothstep(-0.75, 0.75, nx * stepX + ny * stepY));
      const tint = 1 - m;
      out[3 * at] = red[at]! * (diffuse + room) + shine * (tint + m * red[at]!);
      out[3 * at + 1] = green[at]! * (diffuse + room) + shine * (tint + m * green[at]!);
      out[3 * at + 2] = blue[at]! * (diffuse + room) + shine * (tint + m * blue[at]!);
    }
  }
  return out;
}

/** Pixel offsets towards the light, near to far, without repeats. */
function shadowOffsets(stepX: number, stepY: number, unit: number) {
  const columns: number[] = [];
  const rows: number[] = [];
  const distances: number[] = [];
  for (let step = 1; step <= SHADOW_STEPS; step++) {
    const distance = (SHADOW_REACH * step * step) / (SHADOW_STEPS * SHADOW_STEPS);
    const column = Math.round((stepX * distance) / unit);
    const row = Math.round((stepY * distance) / unit);
    const last = columns.length - 1;
    if (column === (columns[last] ?? 0) && row === (rows[last] ?? 0)) continue;
    columns.push(column);
    rows.push(row);
    distances.push(distance);
  }
  return { columns, rows, distances };
}

/** Mean over a square of side 2 * radius + 1, edges repeated. */
function boxBlur(source: Float32Array, size: number, radius: number): Float32Array {
  const half = new Float32Array(source.length);
  const out = new Float32Array(source.length);
  blurLines(source, half, size, 1, size, radius);
  blurLines(half, out, size, size, 1, radius);
  return out;
}

function blurLines(
  source: Float32Array,
  out: Float32Array,
  size: number,
  step: number,
  nextLine: number,
  radius: number,
): void {
  const scale = 1 / (2 * radius + 1);
  for (let line = 0; line < size; line++) {
    const start = line * nextLine;
    const end = start + (size - 1) * step;
    let sum = (radius + 1) * source[start]!;
    for (let k = 1; k <= radius; k++) sum += source[Math.min(start + k * step, end)]!;
    for (let k = 0; k < size; k++) {
      out[start + k * step] = sum * scale;
      sum +=
        source[Math.min(start + (k + radius + 1) * step, end)]! - source[Math.max(start + (k - radius) * step, start)]!;
    }
  }
}
