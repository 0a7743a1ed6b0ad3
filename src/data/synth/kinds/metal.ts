// Brushed steel: grain along x at several widths, a soft highlight across it.
import { fractal, lattice, noise } from '../noise.js';
import { colour, fill, paintAll } from '../surface.js';
import type { Kind } from './kind.js';

const STEEL = colour(0xb9bcc0);

export const metal: Kind = {
  look: {
    bare: colour(0xe8eaec),
    bareMetal: 1,
    deep: colour(0x141313),
    rim: colour(0xdfe2e4),
    ragged: 0.15,
    stretch: 1,
    stains: [colour(0xa86a38), colour(0x6f6357), colour(0x5f6b80)],
    margin: 36,
  },
  layout: null,
  lie: (part) => part,
  component: () => () => {},
  paintBase(surface, draw) {
    const random = draw('part');
    const seed = random.uint32() | 0;
    const angle = 0.035 * (random.uniform() - 0.5);
    const bandAt = 95 + 70 * random.uniform();
    const bandWidth = 75 + 25 * random.uniform();
    const tone = 1 + 0.06 * (random.uniform() - 0.5);
    paintAll(surface, (px, py, texel) => {
      const x = px - angle * py;
      const y = py + angle * px;
      const fine = noise(x / 130, y / 0.85, seed);
      const medium = noise(x / 75, y / 1.8, seed + 1);
      const wide = noise(x / 260, y / 5.5, seed + 2);
      const short = noise(x / 19, y / 1.1, seed + 3);
      const grain = 0.42 * fine + 0.32 * medium + 0.26 * wide + 0.2 * short;
      // One lane in a few carries a longer, brighter brush mark.
      const lane = Math.floor(y / 1.3);
      const start = 300 * lattice(lane, 1, seed) - 60;
      const along = (x - start) / (25 + 90 * lattice(lane, 2, seed));
      const mark = lattice(lane, 3, seed) > 0.8 && along > 0 && along < 1 ? along * (1 - along) : 0;
      const off = (py - bandAt + 0.12 * (px - 128) + 7 * fractal(px / 110, py / 50, seed + 4, 2)) / bandWidth;
      const band = Math.exp(-off * off);
      texel.cover = 1;
      texel.height = 0.12 * grain + 0.3 * mark;
      fill(texel, STEEL, tone * (0.62 + 0.4 * band) * (1 + 0.17 * grain + 0.5 * mark), 0.45, 1);
    });
  },
};
