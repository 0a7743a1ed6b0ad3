// Where everything is on the board. Frame units, origin top left of the nominal view, angles in radians.
import type { Layout, Placement } from './kind.js';

const HALF_TURN = Math.PI;
const QUARTER = Math.PI / 2;

/** Half width, half height and corner radius of each model's outline at zero rotation. */
const OUTLINES: Readonly<Record<string, readonly [number, number, number]>> = {
  qfp: [33, 33, 3],
  soic: [15, 13, 1],
  sot: [8, 7, 1],
  resistor: [4.6, 9, 0.7],
  ceramic: [4.4, 7.5, 0.7],
  tantalum: [7, 12, 0.7],
  electrolytic: [19, 19, 4],
  crystal: [21, 9, 9],
  led: [5, 8.5, 0.6],
  header: [33, 11.5, 0.6],
};

function at(name: string, model: string, x: number, y: number, angle = 0): Placement {
  const [halfWidth, halfHeight, corner] = OUTLINES[model]!;
  return { name, model, x, y, angle, halfWidth, halfHeight, corner };
}

export const BOARD_LAYOUT: Layout = {
  placements: [
    at('U1', 'qfp', 126, 108),
    at('U2', 'soic', 215, 42),
    at('U3', 'soic', 215, 92, HALF_TURN),
    at('C1', 'electrolytic', 36, 72),
    at('C2', 'electrolytic', 36, 122),
    at('Y1', 'crystal', 116, 178),
    at('J1', 'header', 204, 226),
    at('C3', 'tantalum', 178, 166, QUARTER),
    at('C4', 'ceramic', 74, 84),
    at('C5', 'ceramic', 74, 112),
    at('C6', 'ceramic', 98, 56, QUARTER),
    at('C7', 'ceramic', 126, 56, QUARTER),
    at('C8', 'ceramic', 215, 136, QUARTER),
    at('R1', 'resistor', 28, 170),
    at('R2', 'resistor', 46, 170),
    at('R3', 'resistor', 64, 170),
    at('R4', 'resistor', 152, 24, QUARTER),
    at('R5', 'resistor', 80, 24, QUARTER),
    at('R6', 'resistor', 116, 24, QUARTER),
    at('R7', 'resistor', 234, 166),
    at('D1', 'led', 28, 216, HALF_TURN),
    at('D2', 'led', 52, 216, HALF_TURN),
    at('Q1', 'sot', 88, 218),
    at('Q2', 'sot', 128, 218),
  ],
  movable: [
    'U2',
    'U3',
    'C1',
    'C2',
    'C3',
    'C4',
    'C5',
    'C6',
    'C7',
    'R1',
    'R2',
    'R3',
    'R4',
    'R6',
    'R7',
    'D1',
    'D2',
    'Q1',
    'Q2',
    'Y1',
  ],
  turnable: ['U1', 'U2', 'U3', 'C1', 'C2', 'C3'],
  spare: [
    at('X1', 'resistor', 178, 72),
    at('X2', 'ceramic', 178, 118, QUARTER),
    at('X3', 'tantalum', 160, 196, QUARTER),
    at('X4', 'sot', 72, 142),
    at('X5', 'resistor', 88, 192),
    at('X6', 'ceramic', 54, 42),
    at('X7', 'led', 182, 22),
  ],
};

/** Straight pieces of copper: x1, y1, x2, y2. */
export const TRACES: readonly (readonly [number, number, number, number])[] = [
  ...fan(),
  // Supply along the left and bottom.
  ...path(23, 72, 12, 83, 12, 236, 20, 244, 160, 244),
  ...path(23, 122, 17, 128, 17, 176, 28, 179),
  ...path(49, 72, 58, 81, 70, 81, 74, 77),
  ...path(49, 122, 62, 122, 74, 119),
  ...path(28, 161, 28, 150, 40, 138, 62, 138),
  ...path(46, 161, 46, 152, 54, 144, 66, 144),
  ...path(64, 161, 64, 156, 74, 150, 84, 150),
  ...path(28, 179, 28, 208),
  ...path(46, 179, 52, 185, 52, 208),
  ...path(64, 179, 80, 195, 80, 218),
  ...path(28, 224, 36, 232, 140, 232, 166, 232),
  // Clock to the crystal.
  ...path(104, 178, 104, 160, 112, 152, 112, 142),
  ...path(128, 178, 128, 160, 120, 152, 120, 142),
  ...path(96, 218, 108, 218, 120, 218),
  // Top side.
  ...path(71, 24, 60, 24, 44, 40, 44, 50),
  ...path(89, 24, 107, 24),
  ...path(125, 24, 143, 24),
  ...path(161, 24, 176, 24, 190, 33, 200, 33),
  ...path(200, 39, 186, 39, 174, 51, 166, 51),
  ...path(200, 45, 190, 45, 174, 61, 166, 61),
  // Right side, a bus down to the header.
  ...[0, 1, 2, 3].flatMap((k) => path(230, 33 + 6 * k, 236 + 4 * k, 39 + 10 * k, 236 + 4 * k, 120 + 4 * k)),
  ...[0, 1, 2, 3].flatMap((k) => path(230, 83 + 6 * k, 232, 85 + 6 * k, 232, 120, 222, 136)),
  ...[0, 1, 2, 3, 4].flatMap((k) =>
    path(154 + 7 * k, 142, 154 + 7 * k, 148, 176.5 + 11 * k, 196 - 2 * k, 176.5 + 11 * k, 220),
  ),
  ...path(190, 166, 206, 166, 234, 157),
  ...path(234, 175, 234, 200, 231, 220),
];

/** Centres of the small plated holes. */
export const VIAS: readonly (readonly [number, number])[] = [
  [62, 138],
  [66, 144],
  [84, 150],
  [166, 51],
  [166, 61],
  [160, 244],
  [12, 100],
  [236, 120],
  [248, 132],
  [150, 60],
  [156, 68],
  [72, 62],
  [84, 44],
  [140, 40],
  [196, 116],
  [196, 122],
  [200, 186],
  [146, 186],
  [66, 200],
  [108, 200],
  [182, 142],
  [175, 142],
  [168, 142],
  [161, 142],
  [154, 142],
  [206, 166],
  [60, 24],
  [232, 120],
  [12, 160],
  [100, 244],
];

export const LEGEND: readonly { text: string; x: number; y: number }[] = [
  { text: 'U2', x: 190, y: 57 },
  { text: 'U3', x: 190, y: 80 },
  { text: 'C1', x: 62, y: 62 },
  { text: 'C2', x: 36, y: 148 },
  { text: 'Y1', x: 148, y: 176 },
  { text: 'R1', x: 17, y: 190 },
  { text: 'R3', x: 78, y: 172 },
  { text: 'R5', x: 80, y: 12 },
  { text: 'R6', x: 116, y: 12 },
  { text: 'R4', x: 152, y: 12 },
  { text: 'D1', x: 16, y: 206 },
  { text: 'D2', x: 64, y: 210 },
  { text: 'Q1', x: 88, y: 205 },
  { text: 'C3', x: 178, y: 182 },
  { text: 'J1', x: 160, y: 226 },
  { text: 'TT-048 RA', x: 118, y: 250 },
];

/** Corner points to straight pieces. */
function path(...points: number[]): [number, number, number, number][] {
  const pieces: [number, number, number, number][] = [];
  for (let i = 0; i + 3 < points.length; i += 2)
    pieces.push([points[i]!, points[i + 1]!, points[i + 2]!, points[i + 3]!]);
  return pieces;
}

/** From the pins of the large chip outwards, in 45 degree steps. */
function fan(): [number, number, number, number][] {
  const pieces: [number, number, number, number][] = [];
  for (let k = 0; k < 12; k++) {
    const off = 4 * (k - 5.5);
    const spread = 1.35 * off;
    const bend = Math.abs(spread - off);
    pieces.push(...path(126 + 30, 108 + off, 126 + 36, 108 + off, 126 + 36 + bend, 108 + spread, 200, 108 + spread));
    if (k > 1 && k < 10)
      pieces.push(...path(126 - 30, 108 + off, 88, 108 + off, 88 - bend, 108 + spread, 74, 108 + spread));
    pieces.push(...path(126 + off, 108 - 30, 126 + off, 72, 126 + spread, 72 - bend, 126 + spread, 60));
  }
  return pieces;
}
