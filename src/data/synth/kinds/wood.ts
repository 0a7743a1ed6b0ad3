// A planed softwood board: growth rings cut lengthwise, fibres, pores, now and then a knot.
import { fractal, lattice, mix, noise, smoothstep } from '../noise.js';
import { type Colour, colour, fill, paintAll } from '../surface.js';
import type { Kind } from './kind.js';

const EARLY = colour(0xdcb784);
const LATE = colour(0xa06b3a);
const PORE = colour(0x8a5028);
const KNOT = colour(0x55321b);
/** Share of boards with a knot. */
const KNOTTY = 0.12;

export const wood: Kind = {
  look: {
    bare: colour(0xf0dbb4),
    bareMetal: 0,
    deep: colour(0x1e130b),
    rim: colour(0xe8cfa2),
    ragged: 0.55,
    stretch: 1.5,
    stains: [colour(0x6a5548), colour(0x50596b), colour(0x8a4a30)],
    margin: 36,
  },
  layout: null,
  lie: (part) => part,
  component: () => () => {},
  paintBase(surface, draw) {
    const random = draw('part');
    const seed = random.uint32() | 0;
    const pith = -120 + 190 * random.uniform();
    const depth = 35 + 35 * random.uniform();
    const tilt = 0.16 * (random.uniform() - 0.5);
    const ringWidth = 7.5 + 2 * random.uniform();
    const tone = 1 + 0.07 * (random.uniform() - 0.5);
    const knotty = random.uniform() < KNOTTY;
    const knotX = 40 + 176 * random.uniform();
    const knotY = 40 + 176 * random.uniform();
    const knotRadius = 5 + 4 * random.uniform();
    paintAll(surface, (x, y, texel) => {
      const drift = 9 * fractal(x / 190, y / 70, seed, 2) + 1.6 * fractal(x / 48, y / 13, seed + 10, 2);
      const cut = depth + tilt * (x - 128);
      const off = y - pith + drift;
      let ring = Math.sqrt(off * off + cut * cut) / ringWidth;
      ring += 0.5 * noise(ring * 0.7, 3.5, seed + 20);
      let knot = 0;
      if (knotty) {
        const dx = (x - knotX) / 1.5 + 1.5 * noise(x / 9, y / 9, seed + 30);
        const dy = y - knotY + 1.5 * noise(x / 9, y / 9, seed + 31);
        const distance = Math.sqrt(dx * dx + dy * dy) / knotRadius;
        ring += 2.4 * Math.exp(-0.35 * distance * distance);
        knot = smoothstep(1.15, 0.75, distance) * (0.75 + 0.25 * Math.sin(distance * 14));
      }
      const turn = Math.floor(ring);
      const phase = ring - turn;
      const strength = 0.5 + 0.5 * lattice(turn, 4, seed);
      const late = strength * smoothstep(0.3, 0.9, phase) * smoothstep(1, 0.93, phase);
      const fibre = 0.55 * noise(x / 34, y / 0.9, seed + 40) + 0.45 * noise(x / 75, y / 2.4, seed + 41);
      const pore = poreAt(x, y, seed + 50);
      const worn = fractal(x / 90, y / 60, seed + 60, 3);
      texel.cover = 1;
      texel.height = 0.16 * fibre + 0.25 * late - 0.5 * pore;
      const brightness = tone * (1 + 0.09 * fibre + 0.07 * worn - 0.1 * pore);
      fill(
        texel,
        blend(blend(EARLY, LATE, 0.82 * late), knot > 0 ? KNOT : PORE, Math.max(0.92 * knot, 0.5 * pore)),
        brightness,
        0.1,
        0,
      );
    });
  },
};

/** Short dark dashes along the grain, 0..1. */
function poreAt(x: number, y: number, seed: number): number {
  const row = Math.floor(y / 1.7);
  const along = x / 17 + 31 * lattice(3, row, seed);
  const cell = Math.floor(along);
  if (lattice(cell, row, seed) < 0.86) return 0;
  const t = along - cell;
  const across = 2 * (y / 1.7 - row) - 1;
  return Math.max(0, 4 * t * (1 - t) * (1 - across * across));
}

function blend(a: Colour, b: Colour, t: number): Colour {
  return [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
}
