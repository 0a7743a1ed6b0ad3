// What a part is made of before light falls on it: colour, height and shine per pixel, and the stamps that paint them.
// Lengths are in frame units: the frame is 256 units wide whatever its size in pixels.
import { clamp01 } from './noise.js';

export const FRAME = 256;
/** Height of whatever the part lies on, well below every point of the part. */
export const BENCH = -10;

export interface Surface {
  /** Side length in pixels. */
  readonly size: number;
  /** Frame units per pixel. */
  readonly unit: number;
  /** Reflectance of red, green and blue light, linear, 0..1; each buffer has length size * size. */
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** Frame units above the base plane. */
  readonly height: Float32Array;
  /** Strength of the highlight, 0 matt .. 1 polished. */
  readonly gloss: Float32Array;
  /** 0 dielectric .. 1 metal: metals tint their highlights and mirror their surroundings. */
  readonly metal: Float32Array;
}

/** Linear red, green and blue, 0..1. */
export type Colour = readonly [number, number, number];

/** What a painter says of one point. One object is reused for all points. */
export interface Texel {
  /** 0 leaves the surface as it is, 1 replaces it. */
  cover: number;
  red: number;
  green: number;
  blue: number;
  height: number;
  gloss: number;
  metal: number;
}

/** Sets the texel for a point; coordinates in frame units, local to the stamp. */
export type Painter = (x: number, y: number, texel: Texel) => void;

/** A position in frame units and an angle in radians, clockwise on screen. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

export function createSurface(size: number): Surface {
  const buffer = () => new Float32Array(size * size);
  return {
    size,
    unit: FRAME / size,
    red: buffer(),
    green: buffer(),
    blue: buffer(),
    height: buffer(),
    gloss: buffer(),
    metal: buffer(),
  };
}

export function copySurface(surface: Surface): Surface {
  const { size, unit, red, green, blue, height, gloss, metal } = surface;
  return {
    size,
    unit,
    red: red.slice(),
    green: green.slice(),
    blue: blue.slice(),
    height: height.slice(),
    gloss: gloss.slice(),
    metal: metal.slice(),
  };
}

/** Paints the whole frame; coordinates from its top left corner. */
export function paintAll(surface: Surface, painter: Painter): void {
  stamp(surface, { x: 0, y: 0, angle: 0 }, 2 * FRAME, 2 * FRAME, painter);
}

/** Paints a turned rectangle of half width and half height around `pose`. */
export function stamp(surface: Surface, pose: Pose, halfWidth: number, halfHeight: number, painter: Painter): void {
  const { size, unit, red, green, blue, height, gloss, metal } = surface;
  const cos = Math.cos(pose.angle);
  const sin = Math.sin(pose.angle);
  const reachX = Math.abs(cos) * halfWidth + Math.abs(sin) * halfHeight;
  const reachY = Math.abs(sin) * halfWidth + Math.abs(cos) * halfHeight;
  const left = Math.max(0, Math.floor((pose.x - reachX) / unit));
  const right = Math.min(size, Math.ceil((pose.x + reachX) / unit) + 1);
  const top = Math.max(0, Math.floor((pose.y - reachY) / unit));
  const bottom = Math.min(size, Math.ceil((pose.y + reachY) / unit) + 1);
  const texel: Texel = { cover: 0, red: 0, green: 0, blue: 0, height: 0, gloss: 0, metal: 0 };
  for (let row = top; row < bottom; row++) {
    const dy = (row + 0.5) * unit - pose.y;
    for (let column = left; column < right; column++) {
      const dx = (column + 0.5) * unit - pose.x;
      const x = dx * cos + dy * sin;
      const y = dy * cos - dx * sin;
      if (x < -halfWidth || x > halfWidth || y < -halfHeight || y > halfHeight) continue;
      texel.cover = 0;
      painter(x, y, texel);
      const cover = texel.cover;
      if (cover <= 0) continue;
      const at = row * size + column;
      red[at]! += cover * (texel.red - red[at]!);
      green[at]! += cover * (texel.green - green[at]!);
      blue[at]! += cover * (texel.blue - blue[at]!);
      height[at]! += cover * (texel.height - height[at]!);
      gloss[at]! += cover * (texel.gloss - gloss[at]!);
      metal[at]! += cover * (texel.metal - metal[at]!);
    }
  }
}

/** Sets colour and shine of a texel; cover and height are the painter's. */
export function fill(texel: Texel, colour: Colour, brightness: number, gloss: number, metal: number): void {
  texel.red = clamp01(colour[0] * brightness);
  texel.green = clamp01(colour[1] * brightness);
  texel.blue = clamp01(colour[2] * brightness);
  texel.gloss = gloss;
  texel.metal = metal;
}

/** Linear colour from an sRGB hexadecimal number such as 0xff8000. */
export function colour(hex: number): Colour {
  const channel = (shift: number) => (((hex >> shift) & 255) / 255) ** 2.2;
  return [channel(16), channel(8), channel(0)];
}

/** The pose in the frame of something placed at `local` on a part that lies at `part`, turned about `pivot`. */
export function onPart(part: Pose, pivot: { x: number; y: number }, local: Pose): Pose {
  const cos = Math.cos(part.angle);
  const sin = Math.sin(part.angle);
  const dx = local.x - pivot.x;
  const dy = local.y - pivot.y;
  return { x: part.x + dx * cos - dy * sin, y: part.y + dx * sin + dy * cos, angle: part.angle + local.angle };
}
