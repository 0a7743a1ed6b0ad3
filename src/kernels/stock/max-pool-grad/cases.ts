// Inputs of MaxPoolGrad, with what its windows pass on.
import type { NamedAttrMap } from '@tensorflow/tfjs';
import type { CaseTensor } from '../../case.js';
import { pooling } from '../attributes.js';
import type { StockCase, StockSuite } from '../case.js';
import { type Fill, ProductSums, tensor } from '../sums.js';

interface Pool {
  readonly what?: string;
  readonly input: readonly [number, number, number, number];
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pad?: 'same' | 'valid' | number;
  readonly fill?: Fill;
  readonly except?: Readonly<Record<string, string>>;
}

const FINITE_ONLY = { webgpu: 'WGSL implementations may assume that there is no NaN and no infinity' };
const OTHER_TIES = { webgpu: "tfjs's own kernel may pass a tie on to another of the equals" };
const holes: Fill = (random, at) => [Number.NaN, Number.NEGATIVE_INFINITY, random.normal()][at % 3]!;

const POOLS: readonly Pool[] = [
  { input: [1, 1, 1, 1], window: [1, 1], strides: [1, 1] },
  { input: [2, 4, 6, 4], window: [2, 2], strides: [2, 2] },
  { input: [2, 5, 7, 3], window: [2, 2], strides: [2, 2], pad: 'same' },
  { input: [1, 7, 6, 9], window: [3, 3], strides: [2, 2], pad: 1 },
  { input: [1, 6, 5, 6], window: [3, 2], strides: [1, 1], pad: 'same', what: 'windows that overlap' },
  { input: [1, 7, 7, 2], window: [2, 2], strides: [3, 3], what: 'gaps between the windows' },
  { input: [0, 4, 4, 2], window: [2, 2], strides: [2, 2], what: 'no images' },
  { input: [1, 6, 6, 5], window: [3, 3], strides: [2, 2], what: 'ties', fill: (_, at) => at % 2, except: OTHER_TIES },
  { input: [1, 6, 6, 5], window: [2, 2], strides: [2, 2], what: 'NaN and infinity', fill: holes, except: FINITE_ONLY },
];

/** The first largest element of every window gets the window's gradient; NaN is never the largest. */
function passedOn(x: CaseTensor, dy: CaseTensor, attrs: NamedAttrMap) {
  const info = pooling([...x.shape], attrs);
  const { inHeight, inWidth, inChannels, outHeight, outWidth, padInfo } = info;
  const sums = new ProductSums(x.shape);
  for (const [i, value] of dy.values.entries()) {
    const channel = i % inChannels;
    const column = Math.floor(i / inChannels) % outWidth;
    const row = Math.floor(i / (inChannels * outWidth)) % outHeight;
    const image = Math.floor(i / (inChannels * outWidth * outHeight));
    let best = Number.NEGATIVE_INFINITY;
    let found = -1;
    for (let kh = 0; kh < info.filterHeight; kh++) {
      for (let kw = 0; kw < info.filterWidth; kw++) {
        const h = row * info.strideHeight + kh - padInfo.top;
        const w = column * info.strideWidth + kw - padInfo.left;
        if (h < 0 || h >= inHeight || w < 0 || w >= inWidth) continue;
        const at = ((image * inHeight + h) * inWidth + w) * inChannels + channel;
        if (x.values[at]! > best) {
          best = x.values[at]!;
          found = at;
        }
      }
    }
    if (found >= 0) sums.add(found, value, 1);
  }
  return sums.expected();
}

function poolCase({ what, input, window, strides, pad = 'valid', fill, except }: Pool): StockCase {
  const attrs = { filterSize: [...window], strides: [...strides], pad };
  const { outShape } = pooling([...input], attrs);
  const x = tensor(1, input, fill);
  const dy = tensor(2, outShape);
  return {
    name: `${what ? `${what}: ` : ''}[${input}], window ${window}, strides ${strides}, ${pad}`,
    inputs: { dy, input: x, output: tensor(3, outShape) },
    attrs,
    expected: () => [passedOn(x, dy, attrs)],
    ...(except && { except }),
  };
}

export const MAX_POOL_GRAD_SUITE: StockSuite = { name: 'MaxPoolGrad', cases: () => POOLS.map(poolCase) };
