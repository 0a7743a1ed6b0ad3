// From the bytes of a weights file, in whichever of the formats, to folded weights. Knows no file system.
import { IadError } from '../runtime/errors.js';
import { ARCHITECTURES } from './architecture.js';
import { foldWeights } from './fold.js';
import { type ReadSibling, readLayersModel } from './formats/layers-model.js';
import { readSafetensors } from './formats/safetensors.js';
import { isTorchFile, readTorch } from './formats/torch.js';
import type { Architecture, FoldedWeights, LayerName } from './types.js';

export interface LoadOptions {
  readonly id: string;
  readonly architecture: Architecture;
  /** The deepest layer to keep; undefined: the deepest that methods commonly use. */
  readonly until: LayerName | undefined;
  /** The file's path or address, for messages. */
  readonly path: string;
}

/**
 * Tells the format by its first bytes (model.json, safetensors, .pth), reads and folds.
 * @param readSibling gives the shards that lie beside a model.json
 * @throws WEIGHTS_FORMAT; BAD_ARGUMENT for a layer that the architecture does not have
 */
export async function loadWeights(
  bytes: Uint8Array,
  readSibling: ReadSibling,
  { until, ...origin }: LoadOptions,
): Promise<FoldedWeights> {
  const { path, architecture } = origin;
  const options = { ...origin, until: until ?? ARCHITECTURES[architecture].usual };
  if (isLayersModel(bytes)) {
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

/** A model.json begins with its brace. */
export function isLayersModel(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b;
}
