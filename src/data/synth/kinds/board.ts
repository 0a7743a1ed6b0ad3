// A printed circuit board seen from above: solder mask, traces, vias, legend, components at fixed places.
import { fractal, mix, noise } from '../noise.js';
import { circle, inside } from '../shapes.js';
import { colour, fill, onPart, type Painter, type Pose, paintAll, type Surface, stamp } from '../surface.js';
import { BOARD_LAYOUT, LEGEND, TRACES, VIAS } from './board-layout.js';
import { BOARD_COMPONENTS } from './board-parts.js';
import { type Draw, jitterOf, type Kind } from './kind.js';
import { inked, textWidth } from './text.js';

const MASK = colour(0x1f6b3c);
const TRACE = colour(0x3a8f52);
const GOLD = colour(0xd9bd74);
const SOLDER = colour(0xbfc3c4);
const INK = colour(0xe6e9e2);
const PIVOT = { x: 128, y: 128 };

export const board: Kind = {
  look: {
    bare: colour(0xd08a5a),
    bareMetal: 0.8,
    deep: colour(0x0d0f0c),
    rim: colour(0xb9b58a),
    ragged: 0.25,
    stretch: 1,
    stains: [colour(0x9a7a3c), colour(0x8f8f86), colour(0x6b4a33)],
    margin: 44,
  },
  layout: BOARD_LAYOUT,
  lie(part, draw) {
    const jitter = jitterOf(draw(`lie ${part.name}`));
    const loose = { x: part.x + jitter(0.7), y: part.y + jitter(0.7), angle: part.angle + jitter(0.02) };
    return onPart(boardPose(draw), PIVOT, loose);
  },
  component: (part, draw, unit) => BOARD_COMPONENTS[part.model]!(draw(`make ${part.name}`), unit),
  paintBase(surface, draw) {
    const pose = boardPose(draw);
    const place = (local: Pose) => onPart(pose, PIVOT, local);
    paintSubstrate(surface, draw);
    for (const [x1, y1, x2, y2] of TRACES) paintTrace(surface, place, x1, y1, x2, y2);
    for (const [x, y] of VIAS) stamp(surface, place({ x, y, angle: 0 }), 4, 4, ring(surface.unit, 2.6, 1.1));
    stamp(surface, place({ x: 20, y: 20, angle: 0 }), 16, 16, ring(surface.unit, 11, 6.5));
    for (const { text, x, y } of LEGEND) paintLegend(surface, place({ x, y, angle: 0 }), text);
    for (const part of BOARD_LAYOUT.placements) {
      stamp(surface, place(part), part.halfWidth + 3, part.halfHeight + 3, pads(surface.unit, part));
    }
  },
};

function boardPose(draw: Draw): Pose {
  const jitter = jitterOf(draw('pose'));
  return { x: 128 + jitter(2.5), y: 128 + jitter(2.5), angle: jitter(0.012) };
}

function paintSubstrate(surface: Surface, draw: Draw): void {
  const random = draw('substrate');
  const seed = random.uint32() | 0;
  const tone = 1 + 0.08 * (random.uniform() - 0.5);
  paintAll(surface, (x, y, texel) => {
    // The glass weave shows faintly through the mask.
    const weave = 0.5 * Math.sin(x * 1.35 + 0.6 * noise(x / 40, y / 40, seed)) * Math.sin(y * 1.35);
    const cloud = fractal(x / 70, y / 70, seed + 1, 3);
    texel.cover = 1;
    texel.height = 0.05 * weave + 0.06 * noise(x / 3, y / 3, seed + 2);
    fill(texel, MASK, tone * (0.9 + 0.05 * weave + 0.08 * cloud), 0.3, 0);
  });
}

function paintTrace(
  surface: Surface,
  place: (local: Pose) => Pose,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  const half = 0.5 * Math.hypot(x2 - x1, y2 - y1);
  const width = 0.95;
  const pose = place({ x: 0.5 * (x1 + x2), y: 0.5 * (y1 + y2), angle: Math.atan2(y2 - y1, x2 - x1) });
  stamp(surface, pose, half + 2, 3, (x, y, texel) => {
    const past = Math.max(0, Math.abs(x) - half);
    const distance = Math.sqrt(past * past + y * y) - width;
    texel.cover = inside(distance, surface.unit);
    texel.height = 0.55;
    fill(texel, TRACE, 1, 0.35, 0.1);
  });
}

/** A plated hole: a golden ring around a dark bore. */
function ring(unit: number, outer: number, inner: number): Painter {
  return (x, y, texel) => {
    const distance = circle(x, y, 0);
    texel.cover = inside(distance - outer, unit);
    if (texel.cover === 0) return;
    const bore = inside(distance - inner, unit);
    texel.height = mix(0.7, -5, bore);
    fill(texel, GOLD, mix(0.95, 0.05, bore), mix(0.6, 0, bore), mix(1, 0, bore));
  };
}

/** Solder pads under a component: what is seen when it is missing. */
function pads(unit: number, part: { halfWidth: number; halfHeight: number; model: string }): Painter {
  return (x, y, texel) => {
    const distance = padDistance(part.model, part.halfWidth, part.halfHeight, x, y);
    texel.cover = inside(distance, unit);
    texel.height = 0.7 + 0.5 * Math.min(1, Math.max(0, -distance));
    fill(texel, SOLDER, 0.9, 0.6, 1);
  };
}

function padDistance(model: string, w: number, h: number, x: number, y: number): number {
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  const pad = (dx: number, dy: number, pw: number, ph: number) => Math.max(Math.abs(dx) - pw, Math.abs(dy) - ph);
  const slot = (along: number, pitch: number) => along - pitch * (Math.floor(along / pitch) + 0.5);
  switch (model) {
    case 'qfp': {
      const sides = Math.max(pad(ax - w + 2.5, slot(y, 4), 3.6, 1.3), ay - 24);
      return Math.min(sides, Math.max(pad(slot(x, 4), ay - h + 2.5, 1.3, 3.6), ax - 24));
    }
    case 'soic':
      return Math.max(pad(ax - w + 2, slot(y, 6), 3.4, 1.9), ay - 12);
    case 'sot':
      return Math.max(pad(ax - w + 1.5, slot(y + 2.3, 4.6), 2.6, 1.5), ay - 6.9);
    case 'electrolytic':
      return pad(ax - 13, y, 6.5, 3);
    case 'crystal':
      return Math.max(circle(ax - 12, y, 0) - 3.4, 0.4 - circle(ax - 12, y, 0));
    case 'header': {
      const distance = circle(slot(x, 11), ay - 5.5, 0);
      return ax > 33 ? 9 : Math.max(distance - 3.6, 1.5 - distance);
    }
    default:
      return pad(x, ay - h + 0.8, w + 0.6, 3.2);
  }
}

function paintLegend(surface: Surface, pose: Pose, text: string): void {
  const dot = 1.25;
  stamp(surface, pose, 0.5 * textWidth(text) * dot + 1, 3 * dot, (x, y, texel) => {
    if (!inked(text, x / dot, y / dot)) return;
    texel.cover = 0.9;
    texel.height = 0.35;
    fill(texel, INK, 0.95, 0.1, 0);
  });
}
