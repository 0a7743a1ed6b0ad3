import { describe, expect, test } from 'vitest';
import { COLORMAP_SIZE, colorAt, colormap } from '../../src/report/colormap.js';

function linear(byte: number): number {
  const c = byte / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** sRGB to CIELAB under D65, by the CIE's definition: not the space that the map is made in. */
function cielab(rgb: readonly number[]): [number, number, number] {
  const [r, g, b] = [linear(rgb[0]!), linear(rgb[1]!), linear(rgb[2]!)];
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** sRGB to OKLab (Ottosson 2020). */
function oklab(rgb: readonly number[]): [number, number, number] {
  const [r, g, b] = [linear(rgb[0]!), linear(rgb[1]!), linear(rgb[2]!)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const entries = Array.from({ length: COLORMAP_SIZE }, (_, i) => Array.from(colormap().subarray(3 * i, 3 * i + 3)));

describe('colormap', () => {
  test('lightness rises all the way, from nearly black to nearly white', () => {
    const lightness = entries.map((rgb) => cielab(rgb)[0]);
    // Over two entries: one step is as small as 8 bits resolve.
    for (let i = 2; i < lightness.length; i++) expect(lightness[i]! - lightness[i - 2]!).toBeGreaterThan(0);
    expect(lightness[0]).toBeLessThan(10);
    expect(lightness.at(-1)).toBeGreaterThan(90);
  });

  test('equal steps of the value are equal steps of colour', () => {
    const points = entries.map(oklab);
    const steps = [];
    for (let i = 8; i < points.length; i += 8)
      steps.push(Math.hypot(...points[i]!.map((v, k) => v - points[i - 8]![k]!)));
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.2);
  });

  test('a CIELAB step never doubles or vanishes', () => {
    const points = entries.map(cielab);
    const steps = [];
    for (let i = 16; i < points.length; i += 16) {
      steps.push(Math.hypot(...points[i]!.map((v, k) => v - points[i - 16]![k]!)));
    }
    const mean = steps.reduce((a, b) => a + b) / steps.length;
    for (const step of steps) {
      expect(step).toBeGreaterThan(mean / 2);
      expect(step).toBeLessThan(mean * 2);
    }
  });

  test('clamps, and takes NaN for the lowest', () => {
    expect(colorAt(-3)).toEqual(entries[0]);
    expect(colorAt(Number.NaN)).toEqual(entries[0]);
    expect(colorAt(0.5)).toEqual(entries[128]);
    expect(colorAt(7)).toEqual(entries[255]);
  });
});
