// A moulded tray with fasteners in fixed pockets, lying a little askew on a bench.
import { fractal, mix, noise, smoothstep } from '../noise.js';
import { box, inside } from '../shapes.js';
import { BENCH, colour, fill, onPart, type Pose, paintAll, type Surface, stamp } from '../surface.js';
import { type Draw, jitterOf, type Kind, type Layout, type Placement } from './kind.js';
import { TRAY_COMPONENTS } from './tray-parts.js';

const BENCH_GREY = colour(0x8d8a84);
const PLASTIC = colour(0x3d5a7a);
const PIVOT = { x: 128, y: 128 };
const HALF_WIDTH = 116;
const HALF_HEIGHT = 108;
/** Height of the tray's top above the pockets' floor. */
const RIM = 9;

/** Centre and half size of each pocket. */
const POCKETS: readonly (readonly [number, number, number, number])[] = [
  ...[44, 100, 156, 212].map((x) => [x, 54, 24, 24] as const),
  ...[44, 100, 156, 212].map((x) => [x, 130, 24, 44] as const),
  ...[72, 184].map((x) => [x, 203, 52, 21] as const),
];

const OUTLINES: Readonly<Record<string, readonly [number, number, number]>> = {
  nut: [16.2, 16.2, 16.2],
  washer: [17, 17, 17],
  screw: [11.5, 36, 5],
  plug: [38, 9.5, 3],
};

function at(name: string, model: string, x: number, y: number, angle = 0): Placement {
  const [halfWidth, halfHeight, corner] = OUTLINES[model]!;
  return { name, model, x, y, angle, halfWidth, halfHeight, corner };
}

const LAYOUT: Layout = {
  placements: [
    at('nut 1', 'nut', 44, 54),
    at('nut 2', 'nut', 100, 54),
    at('washer 1', 'washer', 156, 54),
    at('washer 2', 'washer', 212, 54),
    at('screw 1', 'screw', 44, 130),
    at('screw 2', 'screw', 100, 130),
    at('screw 3', 'screw', 156, 130),
    at('screw 4', 'screw', 212, 130),
    at('plug 1', 'plug', 72, 203),
    at('plug 2', 'plug', 184, 203),
  ],
  movable: ['nut 1', 'nut 2', 'washer 1', 'washer 2', 'screw 1', 'screw 2', 'screw 3', 'screw 4', 'plug 1', 'plug 2'],
  turnable: [],
  spare: [
    at('extra washer', 'washer', 62, 150),
    at('extra nut', 'nut', 144, 112),
    at('extra washer 2', 'washer', 108, 40),
    at('extra nut 2', 'nut', 206, 210),
    at('extra screw', 'screw', 203, 122, 0.5),
    at('extra plug', 'plug', 84, 190, 0.35),
    at('extra nut 3', 'nut', 128, 92),
  ],
};

export const tray: Kind = {
  look: {
    bare: colour(0x9db2c8),
    bareMetal: 0,
    deep: colour(0x0d0f12),
    rim: colour(0x7f97b2),
    ragged: 0.3,
    stretch: 1,
    stains: [colour(0x5a4632), colour(0x2c2c30), colour(0x8a7440)],
    margin: 50,
  },
  layout: LAYOUT,
  lie(part, draw) {
    const jitter = jitterOf(draw(`lie ${part.name}`));
    // Round parts lie at any angle, long ones nearly as their pocket does.
    const turn = part.model === 'nut' || part.model === 'washer' ? Math.PI : 0.1;
    const loose = { x: part.x + jitter(2.5), y: part.y + jitter(2.5), angle: part.angle + jitter(turn) };
    return onPart(trayPose(draw), PIVOT, loose);
  },
  component: (part, draw, unit) => TRAY_COMPONENTS[part.model]!(draw(`make ${part.name}`), unit),
  paintBase(surface, draw) {
    paintBench(surface, draw);
    paintTray(surface, draw);
  },
};

function trayPose(draw: Draw): Pose {
  const jitter = jitterOf(draw('pose'));
  return { x: 128 + jitter(3.5), y: 128 + jitter(3.5), angle: jitter(0.035) };
}

function paintBench(surface: Surface, draw: Draw): void {
  const seed = draw('bench').uint32() | 0;
  paintAll(surface, (x, y, texel) => {
    const grain = noise(x / 1.6, y / 1.6, seed);
    const cloud = fractal(x / 50, y / 50, seed + 1, 3);
    texel.cover = 1;
    texel.height = BENCH + 0.12 * grain;
    fill(texel, BENCH_GREY, 0.85 + 0.07 * grain + 0.1 * cloud, 0.08, 0);
  });
}

function paintTray(surface: Surface, draw: Draw): void {
  const random = draw('moulding');
  const seed = random.uint32() | 0;
  const tone = 1 + 0.06 * (random.uniform() - 0.5);
  stamp(surface, trayPose(draw), HALF_WIDTH + 2, HALF_HEIGHT + 2, (x, y, texel) => {
    const outline = box(x, y, HALF_WIDTH, HALF_HEIGHT, 12);
    texel.cover = inside(outline, surface.unit);
    if (texel.cover === 0) return;
    let pocket = 99;
    for (const [px, py, w, h] of POCKETS) {
      const distance = box(x + PIVOT.x - px, y + PIVOT.y - py, w, h, 7);
      if (distance < pocket) pocket = distance;
    }
    const grain = noise(x / 1.2, y / 1.2, seed);
    const floor = smoothstep(1.2, -3.2, pocket);
    texel.height = mix(RIM, 0, floor) + 0.14 * grain - 1.5 * smoothstep(-2.5, 0, outline);
    const worn = fractal(x / 45, y / 45, seed + 1, 3);
    fill(texel, PLASTIC, tone * (0.97 + 0.05 * grain + 0.06 * worn - 0.12 * floor), 0.22, 0);
  });
}
