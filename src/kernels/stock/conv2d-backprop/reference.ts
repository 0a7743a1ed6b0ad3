// The meaning of the gradients of convolutions, ordinary and depthwise: every product of the convolution, taken once.
import type { NamedAttrMap } from '@tensorflow/tfjs';
import type { CaseTensor, ExpectedTensor } from '../../case.js';
import { convolution } from '../attributes.js';
import { ProductSums } from '../sums.js';

/** Elements of the input, the filter and the output whose product belongs to the convolution. */
type Visit = (x: number, filter: number, y: number) => void;

function everyProduct(
  input: readonly number[],
  filter: readonly number[],
  attrs: NamedAttrMap,
  depthwise: boolean,
  visit: Visit,
): void {
  const info = convolution([...input], [...filter], attrs, depthwise);
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = info;
  const each = depthwise ? outChannels / inChannels : outChannels;
  for (let b = 0; b < info.batchSize; b++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        for (let kh = 0; kh < filterHeight; kh++) {
          for (let kw = 0; kw < filterWidth; kw++) {
            const h = row * info.strideHeight + kh - info.padInfo.top;
            const w = column * info.strideWidth + kw - info.padInfo.left;
            if (h < 0 || h >= inHeight || w < 0 || w >= inWidth) continue;
            const y = ((b * outHeight + row) * outWidth + column) * outChannels;
            for (let c = 0; c < inChannels; c++) {
              const x = ((b * inHeight + h) * inWidth + w) * inChannels + c;
              const f = ((kh * filterWidth + kw) * inChannels + c) * each;
              for (let m = 0; m < each; m++) visit(x, f + m, y + (depthwise ? c * each : 0) + m);
            }
          }
        }
      }
    }
  }
}

/** The gradient by the filter, of shape `filter`. */
export function filterGradient(
  x: CaseTensor,
  dy: CaseTensor,
  filter: readonly number[],
  attrs: NamedAttrMap,
  depthwise = false,
): ExpectedTensor {
  const sums = new ProductSums(filter);
  everyProduct(x.shape, filter, attrs, depthwise, (i, f, o) => sums.add(f, x.values[i]!, dy.values[o]!));
  return sums.expected();
}

/** The gradient by the input, of shape `input`. */
export function inputGradient(
  dy: CaseTensor,
  filter: CaseTensor,
  input: readonly number[],
  attrs: NamedAttrMap,
  depthwise = false,
): ExpectedTensor {
  const sums = new ProductSums(input);
  everyProduct(input, filter.shape, attrs, depthwise, (i, f, o) => sums.add(i, filter.values[f]!, dy.values[o]!));
  return sums.expected();
}
