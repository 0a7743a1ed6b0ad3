// A 3 x 5 pixel font for the markings on boards and chips.

/** Rows from the top, three bits each, the leftmost bit highest. */
const GLYPHS: Readonly<Record<string, number>> = {
  '0': 0b111_101_101_101_111,
  '1': 0b010_110_010_010_111,
  '2': 0b111_001_111_100_111,
  '3': 0b111_001_011_001_111,
  '4': 0b101_101_111_001_001,
  '5': 0b111_100_111_001_111,
  '6': 0b111_100_111_101_111,
  '7': 0b111_001_010_010_010,
  '8': 0b111_101_111_101_111,
  '9': 0b111_101_111_001_111,
  A: 0b010_101_111_101_101,
  C: 0b111_100_100_100_111,
  D: 0b110_101_101_101_110,
  J: 0b001_001_001_101_111,
  K: 0b101_101_110_101_101,
  L: 0b100_100_100_100_111,
  Q: 0b111_101_101_111_001,
  R: 0b110_101_110_101_101,
  T: 0b111_010_010_010_010,
  U: 0b101_101_101_101_111,
  V: 0b101_101_101_101_010,
  X: 0b101_101_010_101_101,
  Y: 0b101_101_010_010_010,
  '-': 0b000_000_111_000_000,
  '+': 0b000_010_111_010_000,
};

/** Width of a line in dots; a letter takes three and a gap one. */
export function textWidth(text: string): number {
  return 4 * text.length - 1;
}

/** True where the text, centred on the origin, has ink. Coordinates in dots. */
export function inked(text: string, x: number, y: number): boolean {
  const column = Math.floor(x + textWidth(text) / 2);
  const row = Math.floor(y + 2.5);
  if (row < 0 || row > 4 || column < 0 || column % 4 === 3) return false;
  const glyph = GLYPHS[text.charAt(Math.floor(column / 4))];
  return glyph !== undefined && ((glyph >> (14 - 3 * row - (column % 4))) & 1) === 1;
}
