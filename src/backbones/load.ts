// From the bytes of a weights file, in whichever of the formats, to folded weights. Knows no file system.
import { IadError } from '../runtime/errors.js';
import { foldWeights } from './fold.js';
import { type ReadSibling, readLayersModel } from './formats/layers-model.js';
import { readSafetensors } from './formats/safetensors.js';
import { isTorchFile, readTorch } from './formats/torch.js';
import type { Architecture, FoldedWeights, LayerName } from './types.js';

export interface LoadOptions {
  readonly id: string;
  readonly architecture: Architecture;
  readonly until: LayerName;
  /** The file's path or address, for messages. */
  readonly path: string;
}

/**
 * Tells the format by its first bytes (model.json, safetensors, .pth), reads and folds.
 * @param readSibling gives the shards that lie beside a model.json
 * @throws WEIGHTS_FORMAT
 */
export async function loadWeights(
  bytes: Uint8Array,
  readSibling: ReadSibling,
  options: LoadOptions,
): Promise<FoldedWeights> {
  const { path } = options;
  if (bytes[0] === 0x7b) {
    const { tensors, batchNormEpsilon } = await readLayersModel(bytes, readSibling, path);
    return foldWeights(tensors, { ...options, epsilon: batchNormEpsilon });
  }
  if (isTorchFile(bytes)) return foldWeights(readTorch(bytes, path), options);
  // the header's length comes first, then its opening brace
  if (bytes[8] === 0x7b) return foldWeights(readSafetensors(bytes, { path }).tensors, options);
  throw new IadError('WEIGHTS_FORMAT', 'neither a model.json, a safetensors nor a .pth file', {
    path,
    hint: 'Convert it to one of these, best to safetensors.',
  });
}
