// The components of the printed circuit board. Each painter works in the component's own coordinates, at zero rotation.
import { clamp01, noise, smoothstep } from '../noise.js';
import { box, circle, dome, inside } from '../shapes.js';
import { type Colour, colour, fill, type Texel } from '../surface.js';
import type { ComponentPainter } from './kind.js';
import { inked } from './text.js';

const EPOXY = colour(0x2b2c2e);
const TIN = colour(0xc6c9cb);
const MARKING = colour(0x9fa3a3);
const WHITE = colour(0xe9e9e4);

/** Half size of the plastic of each packaged chip, the pins' pitch and how many stand on the x and y sides. */
interface Package {
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly reach: number;
  readonly pitch: number;
  /** Pins on each of the left and right sides, and on each of the top and bottom. */
  readonly side: number;
  readonly end: number;
  readonly lines: readonly string[];
}

const QFP: Package = {
  halfWidth: 27,
  halfHeight: 27,
  reach: 6,
  pitch: 4,
  side: 12,
  end: 12,
  lines: ['KT32-X8', 'A41D', '2417'],
};
const SOIC: Package = { halfWidth: 10, halfHeight: 13, reach: 5, pitch: 6, side: 4, end: 0, lines: ['78L'] };
const SOT: Package = { halfWidth: 4.5, halfHeight: 7, reach: 3.5, pitch: 4.6, side: 3, end: 0, lines: [] };

export const BOARD_COMPONENTS: Readonly<Record<string, ComponentPainter>> = {
  qfp: packaged(QFP),
  soic: packaged(SOIC),
  sot: packaged(SOT),
  resistor: chip(4.6, 9, colour(0x1f1f22), 2.2, '103', true),
  ceramic: chip(4.4, 7.5, colour(0xb08d63), 2, '', false),
  tantalum: chip(7, 12, colour(0xd79a2b), 1.8, '', true),
  electrolytic,
  crystal,
  led,
  header,
};

/** A moulded chip with gull-wing pins, a pin-1 dimple and laser marking. */
function packaged(shape: Package): ComponentPainter {
  return (random, unit) => {
    const seed = random.uint32() | 0;
    return (x, y, texel) => {
      const body = box(x, y, shape.halfWidth, shape.halfHeight, 0.8);
      if (body > 0) {
        const side = body > 0 && Math.abs(x) > shape.halfWidth;
        const along = side ? y : x;
        const count = side ? shape.side : shape.end;
        const slot = along / shape.pitch + count / 2;
        if (slot < 0 || slot >= count) return;
        const across = Math.abs(slot - Math.floor(slot) - 0.5) * shape.pitch;
        const out = side ? Math.abs(x) - shape.halfWidth : Math.abs(y) - shape.halfHeight;
        texel.cover = inside(Math.max(across - 0.27 * shape.pitch, out - shape.reach), unit);
        texel.height = 0.9 + 2 * smoothstep(0.5 * shape.reach, 0, out);
        fill(texel, TIN, 0.95, 0.7, 1);
        return;
      }
      const bevel = clamp01(-body / 1.6);
      const corner = 0.62 * Math.min(shape.halfWidth, shape.halfHeight);
      const dimple = circle(
        x + corner + 0.12 * shape.halfWidth,
        y + corner + 0.12 * shape.halfHeight,
        0.09 * shape.halfWidth + 0.8,
      );
      texel.cover = inside(body, unit);
      texel.height = 4.6 + 1.2 * bevel - 0.7 * smoothstep(0.5, -0.8, dimple);
      const dust = 0.07 * noise(x * 1.3, y * 1.3, seed) + 0.06 * noise(x / 9, y / 9, seed + 1);
      fill(texel, EPOXY, 1 + dust + (dimple < 0 ? 0.5 : 0), 0.16, 0);
      const line = Math.round(y / 9.5);
      const text = shape.lines[line + Math.floor(shape.lines.length / 2)];
      if (text !== undefined && inked(text, x / 1.5, (y - 9.5 * line) / 1.5)) fill(texel, MARKING, 0.75, 0.05, 0);
    };
  };
}

/** A small block with soldered ends above and below; `marked` adds a text or a polarity bar. */
function chip(
  halfWidth: number,
  halfHeight: number,
  body: Colour,
  rise: number,
  text: string,
  marked: boolean,
): ComponentPainter {
  return (random, unit) => {
    const tone = 0.94 + 0.12 * random.uniform();
    return (x, y, texel) => {
      const outline = box(x, y, halfWidth, halfHeight, 0.7);
      texel.cover = inside(outline, unit);
      if (texel.cover === 0) return;
      const end = halfHeight * 0.7;
      texel.height = 1 + rise * clamp01(-outline / 1.2);
      if (Math.abs(y) > end) {
        texel.height += 0.4;
        return fill(texel, TIN, 0.95, 0.6, 1);
      }
      fill(texel, body, tone, 0.2, 0);
      if (!marked) return;
      const printed =
        text === '' ? Math.abs(y + halfHeight * 0.42) < halfHeight * 0.12 : inked(text, -y / 0.85, x / 0.85);
      if (printed) fill(texel, WHITE, text === '' ? 0.25 : 0.8, 0.1, 0);
    };
  };
}

/** An aluminium can seen from above: crimped rim, vent cross, dark sector over the negative pin. */
function electrolytic(...[, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  return (x, y, texel) => {
    const base = box(x, y, 19, 19, 4);
    const can = circle(x, y, 17);
    texel.cover = inside(base, unit);
    if (can > 0) {
      texel.height = 2;
      return fill(texel, EPOXY, 0.8, 0.2, 0);
    }
    const radius = can + 17;
    const vent = Math.min(Math.abs(x - y), Math.abs(x + y)) * Math.SQRT1_2;
    texel.height = 9 + 2.4 * smoothstep(17, 14.6, radius) - 0.7 * smoothstep(14.6, 13.4, radius);
    if (radius < 9.5) texel.height -= 0.5 * smoothstep(1, 0.3, vent);
    if (x < -7.5 && radius < 13.6) return fill(texel, colour(0x23252b), 1, 0.2, 0);
    fill(texel, colour(0xc3c6ca), 0.94, 0.4, 1);
  };
}

/** A quartz crystal in a stamped steel can. */
function crystal(...[random, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  const seed = random.uint32() | 0;
  return (x, y, texel) => {
    const flange = box(x, y, 21, 9, 9);
    const can = flange + 1.8;
    texel.cover = inside(flange, unit);
    texel.height = can > 0 ? 1.6 : 3 + 4.5 * smoothstep(0, -3.4, can);
    fill(texel, colour(0xcfcfcb), 0.92 + 0.05 * noise(x / 14, y / 0.9, seed), 0.6, 1);
    if (can < -3 && inked('8-000', x / 1.3, y / 1.3)) fill(texel, EPOXY, 2.2, 0.3, 0.4);
  };
}

function led(...[, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  return (x, y, texel) => {
    const outline = box(x, y, 5, 8.5, 0.6);
    texel.cover = inside(outline, unit);
    if (Math.abs(y) > 6) {
      texel.height = 1.6;
      return fill(texel, TIN, 0.95, 0.6, 1);
    }
    const lens = circle(x, y, 4);
    texel.height = 2 + (lens < 0 ? 0.8 * dome(lens + 4, 4) : 0);
    if (lens < 0) return fill(texel, colour(0xe8c9b8), 0.95, 0.9, 0);
    fill(texel, WHITE, y < -4.6 ? 0.25 : 0.9, 0.2, 0);
  };
}

/** Two rows of six gold pins in a black strip. */
function header(...[, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  return (x, y, texel: Texel) => {
    const outline = box(x, y, 33, 11.5, 0.6);
    texel.cover = inside(outline, unit);
    const column = x / 11 - Math.floor(x / 11) - 0.5;
    const px = column * 11;
    const py = Math.abs(y) - 5.5;
    const pin = box(px, py, 1.9, 1.9, 0.5);
    texel.height = 5 + 0.8 * clamp01(-outline) - 0.8 * smoothstep(5.2, 6.4, Math.abs(px) + Math.abs(py));
    fill(texel, colour(0x232325), 1, 0.2, 0);
    if (pin < 0.4) {
      texel.height = 6.5 + 3 * clamp01(-pin / 1.3);
      fill(texel, colour(0xd8b25a), 1, 0.8, 1);
    }
  };
}
