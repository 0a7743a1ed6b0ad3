// What a kind of part gives to the renderer.
import type { Random } from '../../../runtime/random.js';
import { box } from '../shapes.js';
import { type Colour, type Painter, type Pose, type Surface, stamp } from '../surface.js';

/** The random stream of one purpose of one part. A purpose never disturbs another's numbers. */
export type Draw = (purpose: string) => Random;

/** A component on an assembly, in the part's own coordinates (0..256). */
export interface Placement extends Pose {
  /** Unique in the layout; keys the component's random stream. */
  readonly name: string;
  readonly model: string;
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** Radius of the corners of its outline. */
  readonly corner: number;
}

export interface Layout {
  readonly placements: readonly Placement[];
  /** Names of components that may be missing or misplaced. */
  readonly movable: readonly string[];
  /** Names of components whose outline stays the same under a half turn but whose markings do not. */
  readonly turnable: readonly string[];
  /** Where one more component fits, each with the component that lands there. */
  readonly spare: readonly Placement[];
}

/** How structural defects look in this kind's material. */
export interface DefectLook {
  /** What a scratch lays bare, and its metalness. */
  readonly bare: Colour;
  readonly bareMetal: number;
  /** The dark inside of cracks and holes. */
  readonly deep: Colour;
  /** Colour of a torn or splintered rim. */
  readonly rim: Colour;
  /** Roughness of a hole's outline, 0 drilled .. 1 torn. */
  readonly ragged: number;
  /** Length of a hole along x over its length along y. */
  readonly stretch: number;
  /** Filters that stains lay over the surface: reflectance is multiplied by them. */
  readonly stains: readonly Colour[];
  /** Structural defects have their centres this far from the frame's edges. */
  readonly margin: number;
}

export interface Kind {
  readonly look: DefectLook;
  readonly layout: Layout | null;
  /** Where in the frame a component of this part lies, its looseness included. */
  lie(part: Placement, draw: Draw): Pose;
  /** Paints everything but the components; damage to the surface happens here. */
  paintBase(surface: Surface, draw: Draw): void;
  /** The painter of a component. */
  component(part: Placement, draw: Draw, unit: number): Painter;
}

/** A component's painter, made for one instance of it. */
export type ComponentPainter = (random: Random, unit: number) => Painter;

/** Numbers uniform in -span..span. */
export function jitterOf(random: Random): (span: number) => number {
  return (span) => span * (2 * random.uniform() - 1);
}

/** Puts a component down on `ground`, a height. */
export function mount(surface: Surface, pose: Pose, part: Placement, painter: Painter, ground: number): void {
  const half = 2 + Math.max(part.halfWidth, part.halfHeight);
  stamp(surface, pose, half, half, (x, y, texel) => {
    painter(x, y, texel);
    texel.height += ground;
  });
}

/** Signed distance from a point of the frame to the outline of a component that lies at `pose`; negative inside. */
export function outlineDistance(part: Placement, pose: Pose, x: number, y: number): number {
  const cos = Math.cos(pose.angle);
  const sin = Math.sin(pose.angle);
  const dx = x - pose.x;
  const dy = y - pose.y;
  return box(dx * cos + dy * sin, dy * cos - dx * sin, part.halfWidth, part.halfHeight, part.corner);
}

/** The highest point under a component, where it comes to rest. */
export function groundUnder(surface: Surface, pose: Pose, part: Placement): number {
  const { size, unit, height } = surface;
  const cos = Math.cos(pose.angle);
  const sin = Math.sin(pose.angle);
  let highest = 0;
  for (let u = -0.8; u < 1; u += 0.4) {
    for (let v = -0.8; v < 1; v += 0.4) {
      const x = u * part.halfWidth;
      const y = v * part.halfHeight;
      const column = Math.floor((pose.x + x * cos - y * sin) / unit);
      const row = Math.floor((pose.y + x * sin + y * cos) / unit);
      if (column < 0 || row < 0 || column >= size || row >= size) continue;
      highest = Math.max(highest, height[row * size + column]!);
    }
  }
  return highest;
}
