// gaussianBlur: what makes a smooth anomaly map of patch scores.
import type { Tensor4D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkTensors } from '../checks.js';
import { gridOutput } from '../grids.js';
import { runKernel } from '../registry.js';
import { GAUSSIAN_BLUR } from './kernel.js';
import { BORDERS, type Border, MAX_SIGMA } from './plan.js';

export interface GaussianBlurOptions {
  /**
   * How the map goes on beyond its border: `edge` ... b a | a b ... (SciPy's `reflect`, the default), `centre`
   * ... c b | a b c ... (PyTorch's `reflect`).
   */
  readonly border?: Border;
}

/**
 * Separable Gaussian blur by SciPy's rule: weights exp(-x^2 / (2 sigma^2)) for |x| <= floor(4 sigma + 0.5), normalised to 1. A map
 * smaller than the radius is reflected more than once. NaN and infinity spread over the radius, as the sum has it. Has no gradient.
 * Cost: 2 (2 radius + 1) multiply-adds per value.
 * @param maps float32 [B, H, W, C]; each channel for itself
 * @param sigma standard deviation in pixels, 0..1024; below 0.125 the radius is 0 and the result a copy
 * @returns float32 [B, H, W, C], owned by the caller
 * @throws IadError BAD_ARGUMENT for other shapes, types, sigma or border
 */
export function gaussianBlur(maps: Tensor4D, sigma: number, options: GaussianBlurOptions = {}): Tensor4D {
  checkTensors('gaussianBlur', { maps: [maps, ['B', 'H', 'W', 'C']] });
  if (!(sigma >= 0 && sigma <= MAX_SIGMA)) {
    throw new IadError('BAD_ARGUMENT', `gaussianBlur: sigma must be a number in 0..${MAX_SIGMA}, not ${sigma}`, {
      path: 'sigma',
    });
  }
  const border = BORDERS.indexOf(options.border ?? 'edge');
  if (border < 0) {
    throw new IadError('BAD_ARGUMENT', `gaussianBlur: border must be one of ${BORDERS}, not ${options.border}`, {
      path: 'options.border',
    });
  }
  return gridOutput('gaussianBlur', runKernel(GAUSSIAN_BLUR, { maps }, { sigma, border }));
}
