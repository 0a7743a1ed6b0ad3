// A plain weave of two yarns: slow waviness, yarns of uneven thickness, twisted fibres.
import { fractal, lattice, noise } from '../noise.js';
import { colour, fill, paintAll } from '../surface.js';
import type { Kind } from './kind.js';

/** Frame units between neighbouring yarns. */
const PITCH = 6.4;
const WARP = colour(0xb5aa97);
const WEFT = colour(0x9a9c98);

export const cloth: Kind = {
  look: {
    bare: colour(0xf2ecdf),
    bareMetal: 0,
    deep: colour(0x1d1b19),
    rim: colour(0xcfc6b4),
    ragged: 0.8,
    stretch: 1,
    stains: [colour(0xb08a5c), colour(0x7d7468), colour(0xa8604a)],
    margin: 40,
  },
  layout: null,
  lie: (part) => part,
  component: () => () => {},
  paintBase(surface, draw) {
    const random = draw('part');
    const seed = random.uint32() | 0;
    const angle = 0.03 * (random.uniform() - 0.5);
    const shiftX = random.uniform() * PITCH * 2;
    const shiftY = random.uniform() * PITCH * 2;
    const slack = 2.5 + 1.5 * random.uniform();
    const tone = 1 + 0.06 * (random.uniform() - 0.5);
    paintAll(surface, (x, y, texel) => {
      const waveX = slack * noise(x / 95, y / 70, seed) + 0.5 * noise(x / 17, y / 21, seed + 1);
      const waveY = slack * noise(x / 75, y / 90, seed + 2) + 0.5 * noise(x / 22, y / 16, seed + 3);
      const u = (x + angle * y + shiftX + waveX) / PITCH;
      const v = (y - angle * x + shiftY + waveY) / PITCH;
      const column = Math.floor(u);
      const row = Math.floor(v);
      const across = 2 * (u - column) - 1;
      const down = 2 * (v - row) - 1;
      const warpOnTop = (column + row) & 1 ? -1 : 1;
      const warpWidth = 0.8 + 0.16 * lattice(column, 5, seed) + 0.14 * noise(column * 7.3, v / 5, seed + 4);
      const weftWidth = 0.8 + 0.16 * lattice(9, row, seed) + 0.14 * noise(u / 5, row * 7.3, seed + 5);
      const warpHeight = yarn(across / warpWidth) + 0.62 * warpOnTop * Math.cos((Math.PI / 2) * down);
      const weftHeight = yarn(down / weftWidth) - 0.62 * warpOnTop * Math.cos((Math.PI / 2) * across);
      const warp = warpHeight > weftHeight;
      const top = warp ? warpHeight : weftHeight;
      // Fibres run askew around the yarn.
      const twist = warp
        ? noise(across * 2.1 + v * 2.4, v * 1.1, seed + column * 31)
        : noise(down * 2.1 + u * 2.4, u * 1.1, seed + row * 57);
      const dye = warp ? lattice(column, 77, seed) : lattice(78, row, seed);
      const worn = fractal(x / 60, y / 60, seed + 6, 3);
      const depth = 0.62 + 0.3 * Math.max(-0.9, Math.min(top, 1.4));
      texel.cover = 1;
      texel.height = 1.15 * Math.max(top, -0.6) + 0.22 * twist;
      fill(texel, warp ? WARP : WEFT, tone * depth * (0.9 + 0.16 * dye + 0.16 * twist + 0.06 * worn), 0.04, 0);
    });
  },
};

/** Cross-section of a yarn, 1 on its axis; negative in the gap beside it. */
function yarn(offset: number): number {
  const rest = 1 - offset * offset;
  return rest > 0 ? Math.sqrt(rest) : 2 * rest;
}
