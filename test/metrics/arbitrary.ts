// Small images for property tests: heavily tied scores, masks of any form.
import fc from 'fast-check';
import type { DefectChannel, PixelImage } from '../../src/metrics/index.js';
import type { DrawnImage } from './lcg.js';

export const finite: fc.Arbitrary<number> = fc.float({ noNaN: true, noDefaultInfinity: true });

/** Some ulps above: other scores, but often in one interval. */
const near = [0.25, 0.5].map((value) => Math.fround(value * (1 + 2 ** -20)));

/** Few distinct values, -0 and a denormal among them; sometimes any. */
export const score: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(-1, -0, 0, 0.25, 0.5, 1e-40, ...near) },
  { weight: 1, arbitrary: finite },
);

const side = fc.integer({ min: 1, max: 5 });

function mapOf(length: number): fc.Arbitrary<Float32Array> {
  return fc.array(score, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
}

const image: fc.Arbitrary<DrawnImage> = fc.tuple(side, side, fc.boolean()).chain(([width, height, defective]) => {
  const size = { minLength: width * height, maxLength: width * height };
  return fc.record({
    width: fc.constant(width),
    height: fc.constant(height),
    map: mapOf(width * height),
    mask: fc.uint8Array({ min: 0, max: defective ? 1 : 0, ...size }),
  });
});

export const drawnImages: fc.Arbitrary<DrawnImage[]> = fc.array(image, { maxLength: 4 });

const saturation = fc.oneof(
  fc.record({ saturationThreshold: fc.integer({ min: 1, max: 6 }), relativeSaturation: fc.constant(false) }),
  fc.record({ saturationThreshold: fc.constantFrom(0.1, 0.5, 0.75, 1), relativeSaturation: fc.constant(true) }),
);

const channelled: fc.Arbitrary<PixelImage> = fc.tuple(side, side).chain(([width, height]) => {
  const length = width * height;
  const mask = fc.uint8Array({ min: 0, max: 1, minLength: length, maxLength: length }).filter((m) => m.includes(1));
  const channel: fc.Arbitrary<DefectChannel> = fc
    .tuple(mask, saturation, fc.constantFrom('dent', 'scratch'))
    .map(([data, rule, defect]) => ({ mask: { data, shape: [height, width] }, defect, ...rule }));
  return fc.record({
    map: mapOf(length).map((data) => ({ data, shape: [height, width] })),
    channels: fc.array(channel, { maxLength: 3 }),
  });
});

/** Images whose defects come as channels, which may overlap. */
export const channelledImages: fc.Arbitrary<PixelImage[]> = fc.array(channelled, { maxLength: 4 });
