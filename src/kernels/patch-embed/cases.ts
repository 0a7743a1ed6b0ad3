// Inputs of patchEmbed that tests and benches share.
import { Random } from '../../runtime/random.js';
import type { KernelCase, KernelSuite } from '../case.js';
import { layerName } from './call.js';
import { PATCH_EMBED } from './kernel.js';
import { embeddingLength, poolingsOf } from './plan.js';
import { patchEmbedReference, type ReferenceLayer } from './reference.js';

type Size = readonly [height: number, width: number, channels: number];
type Fill = (random: Random, layer: number, at: number) => number;

export function embedCase(
  name: string,
  batch: number,
  sizes: readonly Size[],
  patchSize: number,
  dimension: number,
  fill: Fill,
): KernelCase {
  const random = new Random(43);
  const layers = sizes.map(([height, width, channels], layer): ReferenceLayer => {
    const length = batch * height * width * channels;
    return {
      batch,
      height,
      width,
      channels,
      values: Float32Array.from({ length }, (_, at) => fill(random, layer, at)),
    };
  });
  const inputs = layers.map(({ height, width, channels, values }, index) => [
    layerName(index),
    { values, shape: [batch, height, width, channels] },
  ]);
  const [rows = 0, columns = 0] = sizes[0] ?? [];
  const counts = layers.map(({ channels }) => channels);
  const shape = [batch, rows * columns, embeddingLength(counts, dimension)];
  return {
    name: `${name} B=${batch} ${sizes.map((size) => size.join('x')).join(' ')} p=${patchSize} D=${dimension}`,
    inputs: Object.fromEntries(inputs),
    numbers: { patchSize, dimension },
    expected: () => {
      const values = Float32Array.from(patchEmbedReference(layers, patchSize, dimension));
      // As many roundings as terms, one of each weight, eight of the four corners and their weights, one of the sum of layers.
      const absolute = layers.map((layer) => ({ ...layer, values: layer.values.map(Math.abs) }));
      const terms = termsOf(counts, patchSize, dimension);
      const relative = (terms + 10) * 2 ** -24;
      const weighed = patchEmbedReference(absolute, patchSize, dimension);
      // A backend may find the place between two rows or columns in float32.
      const place = resized(layers) * 2 ** -23 * weighed.reduce((most, sum) => Math.max(most, sum || 0), 0);
      const least = (terms + 4) * 2 ** -149 + (Number.isFinite(place) ? place : 0);
      return [{ values, shape, error: weighed.map((sum) => relative * sum + least) }];
    },
  };
}

/** The rows and columns of the largest layer that must be resized. */
function resized([first, ...others]: readonly ReferenceLayer[]): number {
  const sizes = others.map(({ height, width }) =>
    height === first?.height && width === first.width ? 0 : height + width,
  );
  return Math.max(0, ...sizes);
}

function termsOf(channels: readonly number[], patchSize: number, dimension: number): number {
  const poolings = poolingsOf(channels, patchSize, dimension);
  return Math.max(...poolings.flatMap(({ start }) => [...start.subarray(1)].map((end, r) => end - start[r]!)));
}

const uniform: Fill = (random) => 2 * random.uniform() - 1;

function cases(): KernelCase[] {
  const spotted = (value: number, where: number): Fill => {
    return (random, layer, at) => (layer === where && at === 17 ? value : random.uniform());
  };
  const tiny = embedCase('subnormal', 1, [[4, 4, 8]], 3, 0, (random) => random.uniform() * 1e-40);
  const infinite = 'WGSL may assume that there is no infinity and no NaN';
  const two: Size[] = [
    [6, 7, 5],
    [3, 4, 9],
  ];
  return [
    embedCase('one value', 1, [[1, 1, 1]], 1, 0, uniform),
    embedCase('one pixel', 2, [[1, 1, 6]], 3, 0, uniform),
    embedCase('one column', 1, [[5, 1, 4]], 5, 3, uniform),
    embedCase('larger than the map', 1, [[2, 3, 4]], 15, 0, uniform),
    embedCase('concatenated', 2, two, 3, 0, uniform),
    embedCase('pooled', 2, two, 3, 8, uniform),
    embedCase('pooled to more than there is', 1, two, 1, 31, uniform),
    embedCase('no neighbourhood', 1, two, 1, 0, uniform),
    embedCase('wide', 1, [[2, 37, 6]], 5, 0, uniform),
    embedCase(
      'three layers that share values',
      2,
      [
        [5, 6, 8],
        [4, 3, 7],
        [2, 2, 12],
      ],
      3,
      16,
      uniform,
    ),
    embedCase(
      'three layers of one size that share values',
      1,
      [
        [4, 5, 8],
        [4, 5, 8],
        [4, 5, 8],
      ],
      3,
      16,
      uniform,
    ),
    embedCase(
      'a finer second layer',
      1,
      [
        [3, 4, 5],
        [6, 8, 3],
      ],
      3,
      0,
      uniform,
    ),
    embedCase(
      'a thousandth of each other',
      1,
      [
        [4, 4, 8],
        [2, 2, 16],
      ],
      3,
      16,
      (random) => 10 ** (6 * random.uniform() - 3),
    ),
    embedCase(
      'small channels of the closed form',
      1,
      [
        [8, 8, 16],
        [4, 4, 32],
      ],
      3,
      32,
      uniform,
    ),
    embedCase('huge', 1, two, 3, 8, (random) => 1e37 * random.normal()),
    embedCase('tiny', 1, two, 3, 8, (random) => 1e-30 * random.normal()),
    { ...tiny, except: { webgpu: 'WGSL may flush subnormal numbers to 0' } },
    { ...embedCase('with NaN', 1, two, 3, 8, spotted(Number.NaN, 0)), except: { webgpu: infinite } },
    {
      ...embedCase('with NaN in the second layer', 1, two, 3, 0, spotted(Number.NaN, 1)),
      except: { webgpu: infinite, composite: 'the stock resizing multiplies NaN by 0' },
    },
    { ...embedCase('with Infinity', 1, two, 3, 8, spotted(Number.POSITIVE_INFINITY, 0)), except: { webgpu: infinite } },
    {
      ...embedCase('with Infinity in the second layer', 1, two, 3, 0, spotted(Number.POSITIVE_INFINITY, 1)),
      except: { webgpu: infinite, composite: 'the stock resizing multiplies infinity by 0' },
    },
  ];
}

export const PATCH_EMBED_SUITE: KernelSuite = {
  kernel: PATCH_EMBED,
  cases,
  smoke: ['pooled B=2 6x7x5 3x4x9 p=3 D=8'],
};
