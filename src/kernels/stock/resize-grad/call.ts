// What the gradient of a resize is asked for.
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs';
import { flag } from '../attributes.js';
import { floats } from '../inputs.js';
import { type Draws, draws, type Interpolation, type Places } from './plan.js';

export interface ResizeGrad {
  /** [batch, dyHeight, dyWidth, channels]. */
  readonly dy: TensorInfo;
  /** [batch, height, width, channels] of the images that were resized. */
  readonly shape: [number, number, number, number];
  readonly dyHeight: number;
  readonly dyWidth: number;
  readonly rows: Draws;
  readonly columns: Draws;
}

/** @throws IadError BAD_ARGUMENT if `dy` is not float32 or its batch or channels are not those of the images */
export function resizeGrad(
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  interpolation: Interpolation,
  places: Places,
): ResizeGrad {
  const op = interpolation === 'bilinear' ? 'ResizeBilinearGrad' : 'ResizeNearestNeighborGrad';
  const [batch = 0, height = 0, width = 0, channels = 0] = inputs.images?.shape ?? [];
  const [, dyHeight = 0, dyWidth = 0] = inputs.dy?.shape ?? [];
  const dy = floats(op, inputs, 'dy', [batch, dyHeight, dyWidth, channels]);
  const resize = { alignCorners: flag(attrs, 'alignCorners'), halfPixelCenters: flag(attrs, 'halfPixelCenters') };
  const rows = draws(height, dyHeight, interpolation, resize, places);
  const columns = draws(width, dyWidth, interpolation, resize, places);
  return { dy, shape: [batch, height, width, channels], dyHeight, dyWidth, rows, columns };
}
