// Inputs of the resizes' gradients: larger, smaller, both coordinate rules.
import type { StockCase, StockSuite } from '../case.js';
import { type Fill, ProductSums, tensor } from '../sums.js';
import { type Interpolation, PLACES, type Resize, sourcesOf } from './plan.js';

type Four = readonly [batch: number, height: number, width: number, channels: number];

interface Resized {
  readonly what: string;
  readonly images: Four;
  readonly size: readonly [number, number];
  readonly fill?: Fill;
  readonly except?: Readonly<Record<string, string>>;
}

const FINITE_ONLY = { webgpu: 'WGSL implementations may assume that there is no NaN and no infinity' };
const FLUSHES = { webgpu: 'WGSL may flush subnormal numbers' };
const holes: Fill = (random, at) => (at % 9 === 2 ? [Number.NaN, Number.POSITIVE_INFINITY][at % 2]! : random.normal());

const RESIZED: readonly Resized[] = [
  { what: 'one pixel', images: [1, 1, 1, 1], size: [1, 1] },
  { what: 'from one pixel', images: [2, 1, 1, 3], size: [3, 4] },
  { what: 'to one pixel', images: [2, 4, 3, 3], size: [1, 1] },
  { what: 'the same size', images: [1, 4, 5, 2], size: [4, 5] },
  { what: 'double', images: [2, 3, 4, 5], size: [6, 8] },
  { what: 'larger', images: [1, 3, 5, 4], size: [8, 7] },
  { what: 'smaller', images: [2, 7, 9, 3], size: [3, 4] },
  { what: 'higher and narrower', images: [1, 3, 8, 9], size: [10, 3] },
  { what: 'much smaller', images: [1, 16, 16, 1], size: [2, 2] },
  { what: 'no images', images: [0, 3, 4, 2], size: [6, 8] },
  { what: 'NaN and infinity', images: [1, 3, 4, 2], size: [5, 7], fill: holes, except: FINITE_ONLY },
  { what: 'huge', images: [1, 3, 4, 2], size: [5, 7], fill: (random) => 1e36 * random.normal() },
  { what: 'subnormal', images: [1, 3, 4, 2], size: [5, 7], fill: (random) => 1e-40 * random.normal(), except: FLUSHES },
];

const RULES: readonly Resize[] = [
  { alignCorners: false, halfPixelCenters: false },
  { alignCorners: true, halfPixelCenters: false },
  { alignCorners: false, halfPixelCenters: true },
];

function resizeCase(interpolation: Interpolation, resize: Resize, resized: Resized): StockCase {
  const { what, images, size, fill, except } = resized;
  const [batch, height, width, channels] = images;
  const dy = tensor(1, [batch, ...size, channels], fill);
  const rule = resize.alignCorners ? 'aligned corners' : resize.halfPixelCenters ? 'half-pixel centres' : 'plain';
  return {
    name: `${what}, ${rule}: [${images}] to ${size}`,
    inputs: { dy, images: tensor(2, images) },
    attrs: { ...resize },
    expected: () => {
      const sums = new ProductSums(images);
      for (const [i, value] of dy.values.entries()) {
        const [column, row] = [Math.floor(i / channels) % size[1], Math.floor(i / (channels * size[1])) % size[0]];
        const image = Math.floor(i / (channels * size[1] * size[0]));
        for (const above of sourcesOf(row, height, size[0], interpolation, resize, PLACES.cpu)) {
          for (const { source, weight } of sourcesOf(column, width, size[1], interpolation, resize, PLACES.cpu)) {
            const at = ((image * height + above.source) * width + source) * channels + (i % channels);
            sums.add(at, above.weight * weight, value);
          }
        }
      }
      return [sums.expected()];
    },
    ...(except && { except }),
  };
}

function suite(name: string, interpolation: Interpolation): StockSuite {
  const cases = () => RULES.flatMap((rule) => RESIZED.map((resized) => resizeCase(interpolation, rule, resized)));
  return { name, cases };
}

export const RESIZE_BILINEAR_GRAD_SUITE = suite('ResizeBilinearGrad', 'bilinear');
export const RESIZE_NEAREST_GRAD_SUITE = suite('ResizeNearestNeighborGrad', 'nearest');
