// The fasteners in the tray, each painter in the part's own coordinates.
import { clamp01, noise, smoothstep } from '../noise.js';
import { box, circle, dome, hexagon, inside, TURN } from '../shapes.js';
import { colour, fill } from '../surface.js';
import type { ComponentPainter } from './kind.js';

const ZINC = colour(0xc4c5c2);
const BRASS = colour(0xd2b065);
const PLUG = colour(0xc23a26);

export const TRAY_COMPONENTS: Readonly<Record<string, ComponentPainter>> = { nut, washer, screw, plug };

function nut(...[random, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  const seed = random.uint32() | 0;
  return (x, y, texel) => {
    const flat = hexagon(x, y, 14);
    const radius = circle(x, y, 0);
    const bore = radius - 7;
    texel.cover = inside(Math.max(flat, -bore), unit);
    if (texel.cover === 0) return;
    // The chamfer is a cone over the hexagon's corners, and another leads into the bore.
    texel.height =
      8 - 0.9 * Math.max(0, radius - 12.6) - 1.2 * smoothstep(1.8, 0, bore) - 0.6 * smoothstep(-1, 0, flat);
    fill(texel, BRASS, 0.95 + 0.06 * noise(x / 2, y / 2, seed), 0.55, 1);
  };
}

function washer(...[random, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  const seed = random.uint32() | 0;
  return (x, y, texel) => {
    const radius = circle(x, y, 0);
    const band = Math.abs(radius - 11.5) - 5.5;
    texel.cover = inside(band, unit);
    if (texel.cover === 0) return;
    texel.height = 2.6 - 0.022 * (radius - 11.5) ** 2 - 0.5 * smoothstep(-1.2, 0, band);
    fill(texel, ZINC, 0.9 + 0.05 * noise(x / 1.5, y / 1.5, seed) + 0.06 * noise(radius * 2, 0.5, seed), 0.6, 1);
  };
}

/** A pan head screw lying on its side, head up. */
function screw(...[random, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  const turn = random.uniform();
  const seed = random.uint32() | 0;
  return (x, y, texel) => {
    const ax = Math.abs(x);
    const head = y < -22;
    if (head) {
      const t = clamp01((-22 - y) / 11);
      const half = 11.5 * Math.sqrt(1 - 0.72 * t * t);
      texel.cover = inside(Math.max(ax - half, -33 - y), unit);
      texel.height = 4 + dome(ax, half) * 0.95;
    } else {
      const taper = smoothstep(36, 25, y);
      const pitch = 3.4;
      const wave = Math.sin((TURN * (y + 0.16 * x)) / pitch + TURN * turn);
      const half = (5 + 0.75 * wave) * (0.15 + 0.85 * taper);
      texel.cover = inside(Math.max(ax - half, y - 36), unit);
      texel.height = 2 + dome(ax, half);
    }
    fill(texel, ZINC, 0.92 + 0.05 * noise(x / 2, y / 2, seed), 0.6, 1);
  };
}

/** A plastic wall plug lying along x: collar, ribs, a slit along its axis. */
function plug(...[random, unit]: Parameters<ComponentPainter>): ReturnType<ComponentPainter> {
  const tone = 0.94 + 0.12 * random.uniform();
  return (x, y, texel) => {
    const ay = Math.abs(y);
    const rib = 0.5 + 0.5 * Math.sin(x * 0.9);
    const half = x < -33 ? 9.5 : 6.6 + 0.9 * rib - 2.2 * smoothstep(18, 38, x);
    const outline = Math.max(ay - half, box(x, y, 38, 12, 2));
    const slit = x > -20 ? smoothstep(1.3, 0.5, ay) : 0;
    texel.cover = inside(outline, unit);
    texel.height = 1 + dome(ay, half) - 2.5 * slit;
    fill(texel, PLUG, tone * (1 - 0.5 * slit), 0.35, 0);
  };
}
