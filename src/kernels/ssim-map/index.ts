// ssimMap: the structural similarity of two images around every pixel.
import type { Tensor4D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkTensors } from '../checks.js';
import { gridOutput } from '../grids.js';
import { runKernel } from '../registry.js';
import { SSIM_MAP } from './kernel.js';
import { PADDINGS, type SsimPadding, WINDOW } from './plan.js';

export interface SsimOptions {
  /** The range L of the images' values, above 0: c1 = (0.01 L)^2, c2 = (0.03 L)^2; 1 unless told. */
  readonly range?: number;
  /**
   * `zero` (the default): five zeros around the images, H x W values. `valid`: (H - 10) x (W - 10) values, of windows that lie in
   * the images; both sides are then at least 11.
   */
  readonly padding?: SsimPadding;
}

/**
 * SSIM (Wang, Bovik, Sheikh, Simoncelli, IEEE Transactions on Image Processing 13, 2004, Eq. 13): an 11 x 11 Gaussian window of sigma 1.5,
 * biased variances, each channel for itself:
 * (2 ma mb + c1)(2 cov + c2) / ((ma^2 + mb^2 + c1)(va + vb + c2)), in -1..1; equal images give exactly 1. Loss terms are 1 - SSIM. Computed
 * over a + b and a - b, so that 1 - SSIM keeps its relative accuracy where the images are alike. NaN spreads over the window.
 * Gradient: by both, of the first order.
 * @param a float32 [B, H, W, C]
 * @param b float32 [B, H, W, C]
 * @returns float32 [B, H, W, C], or with `valid` [B, H - 10, W - 10, C]; owned by the caller
 * @throws IadError BAD_ARGUMENT for other or differing shapes, types, or options
 */
export function ssimMap(a: Tensor4D, b: Tensor4D, options: SsimOptions = {}): Tensor4D {
  const { range = 1 } = options;
  checkTensors('ssimMap', { a: [a, ['B', 'H', 'W', 'C']], b: [b, ['B', 'H', 'W', 'C']] });
  if (!(range >= 1e-6 && range <= 1e6)) {
    throw new IadError('BAD_ARGUMENT', `ssimMap: range must be a number in 1e-6..1e6, not ${range}`, { path: 'range' });
  }
  const padding = PADDINGS.indexOf(options.padding ?? 'zero');
  if (padding < 0) {
    const what = `ssimMap: padding must be one of ${PADDINGS}, not ${options.padding}`;
    throw new IadError('BAD_ARGUMENT', what, { path: 'padding' });
  }
  if (options.padding === 'valid' && Math.min(a.shape[1], a.shape[2]) < WINDOW) {
    const what = `ssimMap: with padding 'valid' both sides must be at least ${WINDOW}, not [${a.shape.join(', ')}]`;
    throw new IadError('BAD_ARGUMENT', what, { path: 'a' });
  }
  return gridOutput('ssimMap', runKernel(SSIM_MAP, { a, b }, { range, padding }));
}
