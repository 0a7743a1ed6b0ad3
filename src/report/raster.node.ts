// SVG charts to PNG, by resvg compiled to wasm: no browser and no native code.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

const require = createRequire(import.meta.url);
let ready: Promise<Uint8Array[]> | undefined;

/**
 * An SVG on white at twice its size. Where no font is found the lettering is missing, the marks are not.
 * @returns a PNG file's bytes
 */
export async function rasterize(svg: string): Promise<Uint8Array> {
  ready ??= initWasm(readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm'))).then(loadFonts);
  const resvg = new Resvg(svg, {
    background: 'white',
    fitTo: { mode: 'zoom', value: 2 },
    font: { fontBuffers: await ready },
  });
  try {
    const picture = resvg.render();
    try {
      return picture.asPng();
    } finally {
      picture.free();
    }
  } finally {
    resvg.free();
  }
}

/**
 * Inter by writing system where that package is installed, and a face of the system's for whatever else defect names
 * are written in; resvg takes each character from the first that has it.
 */
function loadFonts(): Uint8Array[] {
  const packaged = ['latin', 'latin-ext', 'greek', 'cyrillic'].map((subset) => () => {
    return readFileSync(require.resolve(`@fontsource/inter/files/inter-${subset}-400-normal.woff2`));
  });
  const system = SYSTEM_FONTS.map((path) => () => readFileSync(path));
  return [...packaged, ...system].flatMap((read) => {
    try {
      return [new Uint8Array(read())];
    } catch {
      return [];
    }
  });
}

const SYSTEM_FONTS = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf',
  '/usr/share/fonts/TTF/DejaVuSans.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
  '/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf',
  '/System/Library/Fonts/Supplemental/Arial Unicode.ttf',
  'C:\\Windows\\Fonts\\arial.ttf',
];
