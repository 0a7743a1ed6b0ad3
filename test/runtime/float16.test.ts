import { describe, expect, it } from 'vitest';
import { fromHalves, toHalves } from '../../src/runtime/float16.js';
import { Random } from '../../src/runtime/random.js';

const half = (value: number) => toHalves(Float32Array.of(value))[0] ?? Number.NaN;
const back = (bits: number) => fromHalves(Uint16Array.of(bits))[0] ?? Number.NaN;

describe('float16', () => {
  it('keeps every float16 as it is', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const values = fromHalves(all);
    const again = toHalves(values);
    for (let bits = 0; bits < 65536; bits++) if (!Number.isNaN(values[bits])) expect(again[bits]).toBe(bits);
    // Beside the two infinities, 2 x 1023 patterns are no number.
    expect(values.filter(Number.isNaN).length).toBe(2046);
    expect(back(half(Number.NaN))).toBeNaN();
    expect(back(half(-0))).toBe(-0);
  });

  it('rounds to the nearest, ties to even', () => {
    expect(half(2049)).toBe(half(2048));
    expect(half(2051)).toBe(half(2052));
    expect(back(half(65519.99))).toBe(65504);
    expect(back(half(65520))).toBe(Number.POSITIVE_INFINITY);
    expect(back(half(2 ** -25))).toBe(0);
    expect(back(half(2 ** -25 + 2 ** -48))).toBe(2 ** -24);
    expect(back(half(3 * 2 ** -26))).toBe(2 ** -24);
    const random = new Random(1);
    for (let i = 0; i < 2000; i++) {
      const value = Math.fround(random.normal() * 10 ** (8 * random.uniform() - 6));
      const exponent = Math.floor(Math.log2(Math.abs(value)));
      expect(Math.abs(back(half(value)) - value)).toBeLessThanOrEqual(2 ** (Math.max(exponent, -14) - 11));
    }
  });

  it('takes part of an array', () => {
    expect(toHalves(Float32Array.of(7, 1, 2, 7).subarray(1, 3))).toEqual(Uint16Array.of(0x3c00, 0x4000));
  });
});
