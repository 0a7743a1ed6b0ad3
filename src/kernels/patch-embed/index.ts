// patchEmbed: from feature maps of several layers to one vector per patch.
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { checkInteger, checkTensors, type Wanted } from '../checks.js';
import { runKernel } from '../registry.js';
import { layerName } from './call.js';
import { PATCH_EMBED } from './kernel.js';

export interface PatchEmbedOptions {
  /** Side of the neighbourhood averaged into a patch, odd, 1..15; 3 unless told. */
  readonly patchSize?: number;
  /** Values per patch that each layer, and then their concatenation, is pooled to, from the number of layers up; all channels unless told. */
  readonly dimension?: number;
}

/**
 * Locally aware patch features (Roth et al., "Towards Total Recall in Industrial Anomaly Detection", CVPR 2022, section 3.1, Eq. 1-3), with the
 * steps of the authors' code: the patchSize x patchSize neighbourhood of every position (stride 1, zero padding, zeros counted), resized
 * bilinearly (align_corners = false) to the first layer's grid, and of each neighbourhood
 * - with `dimension` D: its C patchSize^2 values, channel-major, adaptively averaged to D; then all layers' values, one layer after the other,
 *   adaptively averaged to D;
 * - without: every channel's mean; one layer's channels after the other's.
 * All of that is linear and composed to one sparse map per layer. NaN and infinity reach the patches whose weights they have. Has no
 * gradient: the features are of a frozen network.
 * @param layers float32 [B, H, W, C] each, of one B
 * @returns float32 [B, H x W of the first layer, D or all channels], patches row by row; owned by the caller
 * @throws IadError BAD_ARGUMENT for no layer, other shapes or types, or options out of range
 */
export function patchEmbed(layers: readonly Tensor4D[], options: PatchEmbedOptions = {}): Tensor3D {
  const { patchSize = 3, dimension = 0 } = options;
  const [first] = layers;
  if (!first)
    throw new IadError('BAD_ARGUMENT', 'patchEmbed: layers must hold at least one tensor', { path: 'layers' });
  const names = layers.map((layer, i): [string, Tensor4D] => [layerName(i), layer]);
  const wanted = names.map(([name, layer]): [string, Wanted] => [
    name,
    [layer, ['B', `H of ${name}`, `W of ${name}`, `C of ${name}`]],
  ]);
  checkTensors('patchEmbed', Object.fromEntries(wanted));
  checkInteger('patchEmbed', 'patchSize', patchSize, 1, 15);
  if (patchSize % 2 === 0) {
    throw new IadError('BAD_ARGUMENT', `patchEmbed: patchSize must be odd, not ${patchSize}`, { path: 'patchSize' });
  }
  if (options.dimension !== undefined) checkInteger('patchEmbed', 'dimension', dimension, layers.length, 65536);
  const [embedding] = runKernel(PATCH_EMBED, Object.fromEntries(names), { patchSize, dimension });
  if (isEmbedding(embedding)) return embedding;
  throw new IadError('BACKEND_WRONG', 'patchEmbed: the kernel must return one tensor of rank 3');
}

function isEmbedding(tensor: Tensor | undefined): tensor is Tensor3D {
  return tensor?.rank === 3;
}
