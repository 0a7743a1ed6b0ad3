// What is refused: the code says what is wrong, the index names the image, and an accumulator stays as it was.
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  areaUnderCurve,
  auroc,
  averagePrecision,
  BinnedPixelAccumulator,
  confusionCounts,
  connectedComponents,
  type DefectChannel,
  defectChannels,
  f1Max,
  type Grid,
  imageMetrics,
  imagesOf,
  locoAuroc,
  locoAuspro,
  MetricError,
  type MetricErrorCode,
  PixelAccumulator,
  type PixelImage,
  prAucTrapezoid,
  prCurve,
  rocCurve,
  saturationArea,
  thresholdAtSigma,
  thresholdAtTnr,
  tprAtTnr,
} from '../../src/metrics/index.js';

const NAN = Number.NaN;
const grid = (data: ArrayLike<number>, height: number, width: number): Grid => ({ data, shape: [height, width] });
const map = grid(Float32Array.of(0, 1, 2, 3), 2, 2);
const mask = grid(Uint8Array.of(0, 1, 1, 0), 2, 2);
const channel = (over: Partial<DefectChannel>): PixelImage => ({
  map,
  channels: [{ mask, defect: 'scratch', saturationThreshold: 1, relativeSaturation: true, ...over }],
});
/** What a caller without types may hand over. */
const loose = (value: unknown): PixelImage => value as PixelImage;

const IMAGES: [name: string, code: MetricErrorCode, image: PixelImage, told?: RegExp][] = [
  ['a map with NaN', 'NOT_FINITE', { map: grid(Float32Array.of(0, 1, NAN, 3), 2, 2), mask }, /image 1: pixel 2 .* NaN/],
  ['a map with infinity', 'NOT_FINITE', { map: grid(Float32Array.of(0, Infinity, 2, 3), 2, 2), mask }, /Infinity/],
  ['a map with -infinity', 'NOT_FINITE', { map: grid([-Infinity, 1, 2, 3], 2, 2), mask }],
  ['a map beyond 32-bit floats', 'NOT_FINITE', { map: grid(Float64Array.of(0, 1, 1e300, 3), 2, 2), mask }],
  ['a map with a hole', 'NOT_FINITE', loose({ map: { data: [0, 1, undefined, 3], shape: [2, 2] }, mask })],
  ['a map of words', 'NOT_FINITE', loose({ map: { data: ['a', 'b', 'c', 'd'], shape: [2, 2] }, mask })],
  ['a map of bigints', 'NOT_FINITE', loose({ map: { data: new BigInt64Array(4), shape: [2, 2] }, mask })],
  ['a map that is too short', 'SHAPE', { map: grid(Float32Array.of(0, 1, 2), 2, 2), mask }],
  ['a map that is too long', 'SHAPE', { map: grid(new Float32Array(5), 2, 2), mask }],
  ['a map in three dimensions', 'SHAPE', { map: { data: new Float32Array(4), shape: [1, 2, 2] }, mask }],
  ['a map in one dimension', 'SHAPE', { map: { data: new Float32Array(4), shape: [4] }, mask }],
  ['a negative size', 'SHAPE', { map: { data: new Float32Array(4), shape: [-2, -2] }, mask }],
  ['a fractional size', 'SHAPE', { map: { data: new Float32Array(4), shape: [2.5, 1.6] }, mask }],
  ['a size of NaN', 'SHAPE', { map: { data: new Float32Array(4), shape: [NAN, 4] }, mask }],
  ['a stride beyond the data', 'SHAPE', { map: { data: new Float32Array(4), shape: [2, 2], stride: [3, 1] }, mask }],
  ['a stride before the data', 'SHAPE', { map: { data: new Float32Array(4), shape: [2, 2], stride: [-2, 1] }, mask }],
  ['an offset beyond the data', 'SHAPE', { map: { data: new Float32Array(4), shape: [2, 2], offset: 1 }, mask }],
  ['a fractional stride', 'SHAPE', { map: { data: new Float32Array(9), shape: [2, 2], stride: [2.5, 1] }, mask }],
  ['no map', 'BAD_ARGUMENT', loose({ mask }), /no|not an object with data and shape/],
  ['a bare array', 'BAD_ARGUMENT', loose({ map: Float32Array.of(0, 1, 2, 3), mask })],
  ['a null map', 'BAD_ARGUMENT', loose({ map: null, mask: null })],
  ['a bare mask', 'BAD_ARGUMENT', loose({ map, mask: Uint8Array.of(0, 1, 1, 0) })],
  [
    'a mask of another shape',
    'SHAPE',
    { map, mask: grid(new Uint8Array(4), 1, 4) },
    /the mask is 1 x 4, the map 2 x 2/,
  ],
  ['a transposed mask', 'SHAPE', { map: grid(new Float32Array(6), 2, 3), mask: grid(new Uint8Array(6), 3, 2) }],
  [
    'a mask of 255',
    'BAD_LABEL',
    { map, mask: grid(Uint8Array.of(0, 255, 0, 0), 2, 2) },
    /255 .* pixel 1 .*maskThreshold/,
  ],
  ['a mask of 2', 'BAD_LABEL', { map, mask: grid([0, 0, 0, 2], 2, 2) }],
  ['a mask of a half', 'BAD_LABEL', { map, mask: grid(Float32Array.of(0, 0.5, 1, 0), 2, 2) }],
  ['a mask of NaN', 'BAD_LABEL', { map, mask: grid([0, NAN, 1, 0], 2, 2) }],
  ['a negative mask', 'BAD_LABEL', { map, mask: grid(Int8Array.of(0, -1, 1, 0), 2, 2) }],
  ['a mask of truths', 'BAD_LABEL', loose({ map, mask: { data: [true, false, true, false], shape: [2, 2] } })],
  ['a strided mask of 255', 'BAD_LABEL', { map, mask: ndarray(Uint8Array.of(0, 255, 1, 0), [2, 2]).transpose(1, 0) }],
  ['a mask and channels', 'BAD_ARGUMENT', { ...channel({}), mask }],
  [
    'an empty channel',
    'BAD_LABEL',
    channel({ mask: grid(new Uint8Array(4), 2, 2) }),
    /channel 0 has no anomalous pixel/,
  ],
  ['a channel of 255', 'BAD_LABEL', channel({ mask: grid(Uint8Array.of(0, 255, 0, 0), 2, 2) })],
  ['a channel of another shape', 'SHAPE', channel({ mask: grid(Uint8Array.of(0, 1), 1, 2) })],
  [
    'a relative saturation of 0',
    'BAD_ARGUMENT',
    channel({ saturationThreshold: 0 }),
    /saturationThreshold is 0, not a share/,
  ],
  ['a relative saturation above 1', 'BAD_ARGUMENT', channel({ saturationThreshold: 1.5 })],
  ['a relative saturation of NaN', 'BAD_ARGUMENT', channel({ saturationThreshold: NAN })],
  ['an absolute saturation of 0', 'BAD_ARGUMENT', channel({ saturationThreshold: 0, relativeSaturation: false })],
  ['an absolute saturation of 1.5', 'BAD_ARGUMENT', channel({ saturationThreshold: 1.5, relativeSaturation: false })],
];

describe.each([
  ['PixelAccumulator', () => new PixelAccumulator()],
  ['BinnedPixelAccumulator', () => new BinnedPixelAccumulator()],
] as const)('%s.add', (name, make) => {
  test.each(IMAGES)('%s', async (_name, code, image, told) => {
    const pixels = make();
    pixels.add({ map, mask });
    const before = pixels.result();
    const error = expectError(() => pixels.add(image), code, 1);
    expect(error.message).toContain(`${name}.add: image 1`);
    if (told) expect(error.message).toMatch(told);
    expect(pixels.length).toBe(1);
    expect(pixels.result()).toEqual(before);
    await expect(pixels.addAll([image])).rejects.toMatchObject({ code, index: 1 });
  });
});

test('masks of other values, where a threshold is given', () => {
  const grey = { map, mask: grid(Uint8Array.of(0, 128, 255, 127), 2, 2) };
  const byte = new PixelAccumulator({ maskThreshold: 128 });
  byte.add(grey);
  const zeroOne = new PixelAccumulator();
  zeroOne.add({ map, mask });
  expect(byte.result()).toEqual(zeroOne.result());
  expectError(() => byte.add({ map, mask: grid([0, NAN, 1, 0], 2, 2) }), 'BAD_LABEL', 1);
});

function filled(): PixelAccumulator {
  const pixels = new PixelAccumulator();
  pixels.add({ map, mask });
  pixels.add(channel({}));
  return pixels;
}

/** 2^32 − 3 normal pixels. */
function full(): BinnedPixelAccumulator {
  const pixels = new BinnedPixelAccumulator();
  pixels.add({ map: grid([0.5], 1, 1) });
  const state = pixels.toState();
  const [page] = state.pages;
  return BinnedPixelAccumulator.fromState({
    ...state,
    pages: [{ ...page!, normal: page!.normal.map((n) => n * (2 ** 32 - 3)) }],
  });
}

const SEVEN = { defect_name: 'dent', pixel_value: 7, saturation_threshold: 1, relative_saturation: true };
const other = (choice: string) => choice as never;

const CALLS: [name: string, code: MetricErrorCode, call: () => unknown, index?: number][] = [
  ...[0, -0.1, 1.5, NAN].map((limit): [string, MetricErrorCode, () => unknown] => [
    `fprLimit ${limit}`,
    'BAD_ARGUMENT',
    () => filled().result({ fprLimit: limit }),
  ]),
  ['sproLimit 2', 'BAD_ARGUMENT', () => filled().result({ sproLimit: 2 })],
  ['aupro at 0', 'BAD_ARGUMENT', () => filled().aupro({ limit: 0 })],
  ['sampled aupro at 2', 'BAD_ARGUMENT', () => filled().aupro({ limit: 2, variant: 'im-iad' })],
  ['auspro at -1', 'BAD_ARGUMENT', () => filled().auspro({ limit: -1 })],
  ['official auspro at 0', 'BAD_ARGUMENT', () => filled().officialAuspro({ limit: 0 })],
  ['binned at 0', 'BAD_ARGUMENT', () => new BinnedPixelAccumulator().result({ fprLimit: 0 })],
  ['an image not added', 'BAD_ARGUMENT', () => filled().result({ images: [2] }), 2],
  ['a negative image', 'BAD_ARGUMENT', () => filled().rocCurve({ images: [-1] }), -1],
  ['half an image', 'BAD_ARGUMENT', () => filled().meanIou(0, '>', { images: [0.5] }), 0.5],
  ['an image twice', 'BAD_ARGUMENT', () => filled().auspro({ images: [1, 1] }), 1],
  ['a threshold of NaN', 'BAD_ARGUMENT', () => filled().confusion(NAN)],
  ['mean IoU at NaN', 'BAD_ARGUMENT', () => filled().meanIou(NAN)],
  ['overlap at NaN', 'BAD_ARGUMENT', () => filled().overlap(NAN)],
  ['a pixel rate above 1', 'BAD_ARGUMENT', () => filled().thresholdAtTnr(1.1)],
  ['a curve of one point', 'BAD_ARGUMENT', () => filled().rocCurve({ maxPoints: 1 })],
  ['a curve of NaN points', 'BAD_ARGUMENT', () => filled().proCurve({ maxPoints: NAN })],
  ['PIMO bounds out of order', 'BAD_ARGUMENT', () => filled().aupimo({ fprBounds: [0.5, 0.1] })],
  ['a PIMO bound of 0', 'BAD_ARGUMENT', () => filled().aupimo({ fprBounds: [0, 0.1] })],
  ['a PIMO bound above 1', 'BAD_ARGUMENT', () => filled().aupimo({ fprBounds: [0.1, 1.1] })],
  ['one PIMO threshold', 'BAD_ARGUMENT', () => filled().aupimo({ thresholds: 1 })],
  ['too few bytes', 'BAD_ARGUMENT', () => new BinnedPixelAccumulator({ maxBytes: 1000 })],
  ['a state of nothing', 'BAD_ARGUMENT', () => PixelAccumulator.fromState(JSON.parse('null'))],
  ['a state of another kind', 'BAD_ARGUMENT', () => PixelAccumulator.fromState(JSON.parse('{"kind":"other"}'))],
  [
    'a state that went through JSON',
    'BAD_ARGUMENT',
    () => PixelAccumulator.fromState(JSON.parse(JSON.stringify(filled().toState()))),
  ],
  ['a binned state of nothing', 'BAD_ARGUMENT', () => BinnedPixelAccumulator.fromState(JSON.parse('{}'))],
  [
    'a binned state that went through JSON',
    'BAD_ARGUMENT',
    () => {
      const pixels = new BinnedPixelAccumulator();
      pixels.add({ map, mask });
      return BinnedPixelAccumulator.fromState(
        JSON.parse(JSON.stringify({ ...pixels.toState(), pages: [{ index: 0 }] })),
      );
    },
  ],
  ['more pixels than can be counted', 'BAD_ARGUMENT', () => full().add({ map }), 1],
  ['more pixels than can be counted, merged', 'BAD_ARGUMENT', () => full().merge(full())],
  ['kinds for other images', 'SHAPE', () => locoAuspro(filled(), ['good'])],
  ['kinds for other scores', 'SHAPE', () => locoAuroc([1, 2], ['good'])],
  ['an unknown kind', 'BAD_ARGUMENT', () => locoAuroc([1], JSON.parse('["bad"]')), 0],
  ['a curve beyond its end', 'BAD_ARGUMENT', () => areaUnderCurve([0, 0.5], [0, 1], 1)],
  ['no curve', 'BAD_ARGUMENT', () => areaUnderCurve([], [], 0)],
  ['an area of other lengths', 'SHAPE', () => areaUnderCurve([0, 1], [0], 1)],
  [
    'maps and masks of other shapes',
    'SHAPE',
    () => imagesOf({ data: [], shape: [0, 2, 2] }, { data: [], shape: [0, 2] }),
  ],
  ['a defect of no entry', 'BAD_LABEL', () => defectChannels([grid([0, 7], 1, 2)], []), 0],
  ['a channel of two values', 'BAD_LABEL', () => defectChannels([grid([7, 8], 1, 2)], [SEVEN]), 0],
  ['a mask file without a defect', 'BAD_LABEL', () => defectChannels([grid([7], 1, 1), grid([0], 1, 1)], [SEVEN]), 1],
  ['a mask file cut short', 'SHAPE', () => defectChannels([grid([7], 1, 2)], [SEVEN]), 0],
  ['an unknown protocol', 'BAD_ARGUMENT', () => filled().result({ protocol: other('imiad') })],
  ['an unknown variant of AUPRO', 'BAD_ARGUMENT', () => filled().aupro({ variant: other('sampled') })],
  ['an unknown variant of AUPIMO', 'BAD_ARGUMENT', () => filled().aupimo({ variant: other('other') })],
  ['an unknown variant of AUROC', 'BAD_ARGUMENT', () => auroc([1], [1], other('mvtec'))],
  [
    'an unknown variant of AUsPRO',
    'BAD_ARGUMENT',
    () => locoAuspro(filled(), ['good', 'good'], { variant: other('') }),
  ],
  ['an unknown refinement', 'BAD_ARGUMENT', () => filled().officialAuspro({ rule: other('mvtec') })],
  ['an unknown rule', 'BAD_ARGUMENT', () => confusionCounts([1], [1], 0, other('=>'))],
  ['an unknown rule for pixels', 'BAD_ARGUMENT', () => filled().overlap(0, other('<'))],
  ['a mask threshold of NaN', 'BAD_ARGUMENT', () => new PixelAccumulator({ maskThreshold: NAN })],
  ['a binned mask threshold of NaN', 'BAD_ARGUMENT', () => new BinnedPixelAccumulator({ maskThreshold: NAN })],
  [
    'a saturation of -1',
    'BAD_ARGUMENT',
    () => saturationArea(9, { saturationThreshold: -1, relativeSaturation: false }),
  ],
  ['sigmas of NaN', 'BAD_ARGUMENT', () => thresholdAtSigma([1], NAN)],
  ['components of 2', 'BAD_LABEL', () => connectedComponents(Uint8Array.of(2), 1, 1)],
  ['components of another size', 'SHAPE', () => connectedComponents(Uint8Array.of(1), 2, 1)],
  ['a rate below 0', 'BAD_ARGUMENT', () => thresholdAtTnr([1], -0.1)],
  ['a NaN of a test score', 'NOT_FINITE', () => tprAtTnr([1], [1], 0.9, [0, NAN]), 1],
  ...[auroc, averagePrecision, prAucTrapezoid, f1Max, imageMetrics, rocCurve, prCurve].flatMap(
    (metric): [string, MetricErrorCode, () => unknown, number?][] => [
      [`${metric.name} of NaN`, 'NOT_FINITE', () => metric([1, NAN], [0, 1]), 1],
      [`${metric.name} of label 2`, 'BAD_LABEL', () => metric([1, 2], [2, 1]), 0],
      [`${metric.name} of other lengths`, 'SHAPE', () => metric([1, 2], [1])],
    ],
  ),
  ['confusion of other lengths', 'SHAPE', () => confusionCounts([1], [], 0)],
];

test.each(CALLS)('%s', (_name, code, call, index) => {
  expectError(call, code, index);
});

function expectError(act: () => unknown, code: string, index: number | undefined): MetricError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(MetricError);
    expect(error).toMatchObject({ code, index });
    if (error instanceof MetricError) return error;
  }
  return expect.fail(`no error; wanted ${code}`);
}
