// Maps and masks in every layout give what the plain one gives.
import ndarray from 'ndarray';
import { expect, test } from 'vitest';
import { imagesOf, PixelAccumulator, type PixelImage, pixelMetrics } from '../../src/metrics/index.js';
import { pixelImage, pixelMaps } from './lcg.js';

const [drawn] = pixelMaps({ seed: 9, images: 1, height: 7, width: 5, maxRects: 4, maxSide: 4, bits: 6, shift: 0.25 });
const { map, mask } = drawn!;
const expected = pixelMetrics([pixelImage(drawn!)]);

/** Column-major copies. */
function turned<A extends Float32Array | Uint8Array>(values: A, made: A): A {
  for (let y = 0; y < 7; y++) for (let x = 0; x < 5; x++) made[x * 7 + y] = values[y * 5 + x]!;
  return made;
}

const wide = new Float32Array(7 * 9);
for (let y = 0; y < 7; y++) wide.set(map.subarray(y * 5, y * 5 + 5), y * 9 + 2);

const shape = [7, 5];
const plain = { data: mask, shape };
const LAYOUTS: [string, PixelImage][] = [
  ['an ndarray', { map: ndarray(map, shape), mask: ndarray(mask, shape) }],
  [
    'column-major',
    {
      map: { data: turned(map, new Float32Array(35)), shape, stride: [1, 7] },
      mask: { data: turned(mask, new Uint8Array(35)), shape, stride: [1, 7] },
    },
  ],
  ['a crop', { map: ndarray(wide, [7, 9]).lo(0, 2).hi(7, 5), mask: plain }],
  ['rows upside down', { map: ndarray(map, shape).step(-1, 1), mask: ndarray(mask, shape).step(-1, 1) }],
  ['an offset without strides', { map: { data: Float32Array.of(9, 9, ...map), shape, offset: 2 }, mask: plain }],
  ['numbers', { map: { data: [...map], shape }, mask: { data: [...mask], shape } }],
  ['64-bit floats', { map: { data: Float64Array.from(map), shape }, mask: { data: Float64Array.from(mask), shape } }],
];

test.each(LAYOUTS)('%s', (_name, image) => {
  expect(pixelMetrics([image])).toEqual(expected);
});

test('64-bit scores are rounded to 32-bit ones', () => {
  const pixels = new PixelAccumulator();
  pixels.add({ map: { data: Float64Array.of(1, 1 + 1e-12), shape: [1, 2] }, mask: { data: [0, 1], shape: [1, 2] } });
  expect(pixels.result().auroc).toBe(0.5);
});

test('whole arrays of images', () => {
  const list = pixelMaps({ seed: 4, images: 5, height: 6, width: 8, maxRects: 3, maxSide: 4, bits: 5, shift: 0.5 });
  const maps = { data: Float32Array.from(list.flatMap((one) => [...one.map])), shape: [5, 6, 8] };
  const masks = { data: Uint8Array.from(list.flatMap((one) => [...one.mask])), shape: [5, 6, 8] };
  expect(pixelMetrics(imagesOf(maps, masks))).toEqual(pixelMetrics(list.map(pixelImage)));
  const views = imagesOf(
    ndarray(maps.data, maps.shape).step(-1, 1, 1),
    ndarray(masks.data, masks.shape).step(-1, 1, 1),
  );
  expect(pixelMetrics(views)).toEqual(pixelMetrics(list.map(pixelImage)));
});

test('images of no pixel', () => {
  const none = { data: new Float32Array(0), shape: [0, 4] };
  const with0 = pixelMetrics([{ map: none, mask: none }, pixelImage(drawn!)]);
  expect(with0).toEqual(expected);
});
