// Damage to a surface: scratches, cracks, stains, holes. Each changes colour, height and shine, so light and shadow follow.
import type { Random } from '../../runtime/random.js';
import type { DefectLook } from './kinds/kind.js';
import { clamp01, fractal, mix, noise, smoothstep } from './noise.js';
import { inside, TURN } from './shapes.js';
import { BENCH, type Colour, type Surface } from './surface.js';
import type { StructuralDefect } from './types.js';

/**
 * Damages `surface` in place.
 * @param strength 0 barely visible .. 1 plain; sets contrast, width and depth
 * @param at the defect's middle, in frame units
 */
export function damage(
  surface: Surface,
  defect: StructuralDefect,
  look: DefectLook,
  random: Random,
  strength: number,
  at: Point,
): void {
  switch (defect) {
    case 'scratch':
      scratch(surface, look, random, strength, at);
      break;
    case 'crack':
      crack(surface, look, random, strength, at);
      break;
    case 'stain':
      stain(surface, look, random, strength, at);
      break;
    case 'hole':
      hole(surface, look, random, strength, at);
      break;
    default:
      defect satisfies never;
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A point on a line and half the line's width there. */
interface Node extends Point {
  readonly half: number;
}

function scratch(surface: Surface, look: DefectLook, random: Random, strength: number, at: Point): void {
  const length = 38 + 70 * random.uniform() + 30 * strength;
  const bend = 0.7 * (random.uniform() - 0.5);
  const widest = 0.8 + 0.7 * strength;
  const seed = random.uint32() | 0;
  const nodes = walk(
    at,
    random.uniform() * TURN,
    length,
    40,
    (t) => bend / 40 + 0.02 * noise(t * 9, 0.5, seed),
    (t) => {
      // The tool presses unevenly and lifts off at both ends.
      const pressure = 0.75 + 0.45 * noise(t * 7, 3.5, seed);
      return widest * pressure * smoothstep(0, 0.18, t) * smoothstep(1, 0.7, t);
    },
  );
  const opacity = 0.5 + 0.42 * strength;
  const depth = 0.7 + 1.1 * strength;
  strokes(surface, [nodes], 1.4, (distance, index) => {
    const cut = inside(distance, surface.unit);
    blend(surface, index, look.bare, cut * opacity);
    surface.metal[index] = mix(surface.metal[index]!, look.bareMetal, cut * opacity);
    surface.height[index]! += depth * (0.35 * smoothstep(1.4, 0.2, Math.max(distance, 0)) * (1 - cut) - cut);
  });
}

function crack(surface: Surface, look: DefectLook, random: Random, strength: number, at: Point): void {
  const length = 34 + 46 * random.uniform() + 34 * strength;
  const widest = 0.5 + 0.6 * strength;
  const heading = random.uniform() * TURN;
  const taper = (t: number) => widest * (0.35 + 0.65 * smoothstep(0, 0.3, t) * smoothstep(1, 0.35, t));
  let swerve = 0;
  // Each piece swerves from the crack's course, not from the piece before, or the crack would curl.
  const jagged = () => {
    const last = swerve;
    swerve = 0.5 * random.normal();
    return swerve - last + 0.06 * random.normal();
  };
  const trunk = walk(at, heading, length, 22, jagged, taper);
  const lines = [trunk];
  const branches = 1 + random.below(3);
  for (let branch = 0; branch < branches; branch++) {
    const from = trunk[4 + random.below(trunk.length - 8)]!;
    const side = random.uniform() < 0.5 ? -1 : 1;
    const turn = heading + side * (0.5 + 0.6 * random.uniform());
    const reach = length * (0.15 + 0.2 * random.uniform());
    lines.push(walk(from, turn, reach, 9, jagged, (t) => from.half * 0.8 * (1 - 0.7 * t), 'start'));
  }
  const opacity = 0.6 + 0.35 * strength;
  strokes(surface, lines, 1.2, (distance, index) => {
    const gap = inside(distance, surface.unit);
    const lip = smoothstep(1.2, 0, Math.max(distance, 0)) * (1 - gap);
    blend(surface, index, look.rim, 0.35 * strength * lip);
    blend(surface, index, look.deep, gap * opacity);
    surface.gloss[index]! *= 1 - gap;
    surface.metal[index]! *= 1 - gap * opacity;
    surface.height[index]! += 0.5 * strength * lip - gap * (1 + 2 * strength);
  });
}

function stain(surface: Surface, look: DefectLook, random: Random, strength: number, at: Point): void {
  const seed = random.uint32() | 0;
  const radius = 9 + 19 * random.uniform();
  const stretch = 0.75 + 0.5 * random.uniform();
  const tint = look.stains[random.below(look.stains.length)]!;
  const opacity = 0.38 + 0.47 * strength;
  const wet = random.uniform() < 0.5 ? 0.3 : -0.08;
  const spots = Array.from({ length: random.below(4) }, () => {
    const heading = random.uniform() * TURN;
    const away = radius * (1.25 + 0.5 * random.uniform());
    return { x: away * Math.cos(heading), y: away * Math.sin(heading), radius: 1.5 + 2.5 * random.uniform() };
  });
  around(surface, at, 2.2 * radius, (x, y, index) => {
    const wobble =
      0.5 * radius * fractal(x / (0.8 * radius), y / (0.8 * radius), seed, 4) + 0.8 * noise(x / 2.5, y / 2.5, seed + 1);
    let distance = Math.sqrt((x * x) / stretch + y * y * stretch) - radius + wobble;
    for (const spot of spots)
      distance = Math.min(distance, Math.hypot(x - spot.x, y - spot.y) - spot.radius + 0.2 * wobble);
    if (distance > 1.2) return;
    // Liquid dries from the rim inwards and leaves most of its dirt there.
    const rim = smoothstep(-5, -0.6, distance);
    const patchy = 0.75 + 0.35 * fractal(x / 9, y / 9, seed + 2, 2);
    const film = smoothstep(1.2, -1.2, distance) * clamp01(opacity * (patchy + 0.45 * rim));
    surface.red[index]! *= mix(1, tint[0], film);
    surface.green[index]! *= mix(1, tint[1], film);
    surface.blue[index]! *= mix(1, tint[2], film);
    surface.gloss[index] = clamp01(surface.gloss[index]! + wet * film);
    surface.metal[index]! *= 1 - 0.5 * film;
    surface.height[index]! += 0.5 * film;
  });
}

function hole(surface: Surface, look: DefectLook, random: Random, strength: number, at: Point): void {
  const seed = random.uint32() | 0;
  const radius = 3 + 4 * random.uniform() + 3 * strength;
  const depth = 5 + 7 * strength;
  around(surface, at, (radius + 6) * look.stretch, (x, y, index) => {
    const heading = Math.atan2(y, x);
    const outline =
      radius * (1 + 0.25 * look.ragged * noise(2 * Math.cos(heading) + 9, 2 * Math.sin(heading) + 9, seed));
    // Torn fibres and splinters: many short teeth along the outline.
    const teeth = look.ragged * (0.22 * radius * noise(heading * 4, 0.5, seed + 1) + noise(x / 1.6, y / 1.6, seed + 2));
    const distance = Math.sqrt((x / look.stretch) ** 2 + y * y) - outline + teeth;
    const bore = inside(distance, surface.unit);
    const rim = smoothstep(2.4, 0.2, Math.max(distance, 0)) * (1 - bore);
    blend(surface, index, look.rim, (0.25 + 0.45 * strength) * rim);
    surface.height[index]! += 1.1 * rim;
    if (bore === 0) return;
    const inner = smoothstep(0, -0.45 * radius, distance);
    blend(surface, index, look.deep, bore * (0.72 + 0.28 * inner));
    surface.gloss[index]! *= 1 - bore;
    surface.metal[index]! *= 1 - bore;
    surface.height[index] = mix(surface.height[index]!, surface.height[index]! - depth * (0.5 + 0.5 * inner), bore);
  });
}

/** A line of `steps` pieces, its middle (or start) at `at`; `turn` is added to the heading at each piece. */
function walk(
  at: Point,
  heading: number,
  length: number,
  steps: number,
  turn: (t: number) => number,
  half: (t: number) => number,
  anchor: 'middle' | 'start' = 'middle',
): Node[] {
  const nodes: Node[] = [];
  let x = at.x;
  let y = at.y;
  for (let step = 0; step <= steps; step++) {
    const t = step / steps;
    nodes.push({ x, y, half: half(t) });
    heading += turn(t);
    x += (Math.cos(heading) * length) / steps;
    y += (Math.sin(heading) * length) / steps;
  }
  if (anchor === 'start') return nodes;
  const first = nodes[0]!;
  const last = nodes[steps]!;
  const dx = at.x - 0.5 * (first.x + last.x);
  const dy = at.y - 0.5 * (first.y + last.y);
  return nodes.map((node) => ({ x: node.x + dx, y: node.y + dy, half: node.half }));
}

/** Damage ends at the part's edge: the bench around it stays whole. */
function isPart(surface: Surface, index: number): boolean {
  return surface.height[index]! > BENCH + 2;
}

/** Calls `paint` once for each pixel within `reach` of the lines' edges, with its signed distance to the nearest edge. */
function strokes(
  surface: Surface,
  lines: readonly Node[][],
  reach: number,
  paint: (distance: number, index: number) => void,
): void {
  const { size, unit } = surface;
  const nearest = new Map<number, number>();
  const limit = reach + 0.5 * unit;
  for (const nodes of lines) {
    for (let k = 0; k + 1 < nodes.length; k++) {
      const a = nodes[k]!;
      const b = nodes[k + 1]!;
      const margin = limit + Math.max(a.half, b.half);
      const dx = b.x - a.x;
      const dy = b.y - a.y;
      const squared = dx * dx + dy * dy;
      const left = Math.max(0, Math.floor((Math.min(a.x, b.x) - margin) / unit));
      const right = Math.min(size - 1, Math.ceil((Math.max(a.x, b.x) + margin) / unit));
      const top = Math.max(0, Math.floor((Math.min(a.y, b.y) - margin) / unit));
      const bottom = Math.min(size - 1, Math.ceil((Math.max(a.y, b.y) + margin) / unit));
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const px = (column + 0.5) * unit - a.x;
          const py = (row + 0.5) * unit - a.y;
          const t = clamp01((px * dx + py * dy) / squared);
          const distance = Math.hypot(px - t * dx, py - t * dy) - mix(a.half, b.half, t);
          const index = row * size + column;
          if (distance < limit && distance < (nearest.get(index) ?? Infinity)) nearest.set(index, distance);
        }
      }
    }
  }
  for (const [index, distance] of nearest) if (isPart(surface, index)) paint(distance, index);
}

/** Calls `paint` for each pixel of the square around `at`, with its offset from there. */
function around(
  surface: Surface,
  at: Point,
  reach: number,
  paint: (x: number, y: number, index: number) => void,
): void {
  const { size, unit } = surface;
  const left = Math.max(0, Math.floor((at.x - reach) / unit));
  const right = Math.min(size - 1, Math.ceil((at.x + reach) / unit));
  const top = Math.max(0, Math.floor((at.y - reach) / unit));
  const bottom = Math.min(size - 1, Math.ceil((at.y + reach) / unit));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const index = row * size + column;
      if (isPart(surface, index)) paint((column + 0.5) * unit - at.x, (row + 0.5) * unit - at.y, index);
    }
  }
}

function blend(surface: Surface, index: number, colour: Colour, opacity: number): void {
  surface.red[index]! += opacity * (colour[0] - surface.red[index]!);
  surface.green[index]! += opacity * (colour[1] - surface.green[index]!);
  surface.blue[index]! += opacity * (colour[2] - surface.blue[index]!);
}
