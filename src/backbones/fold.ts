// From a file's tensors to weights ready to run: picks the convolutions up to a layer, folds each batch norm into its
// convolution in float64, brings kernels to HWIO and takes the input's scale and channel order into the stem.
import { IadError } from '../runtime/errors.js';
import { sha256, sha256Digest } from '../runtime/sha256.js';
import { ARCHITECTURES, convSpecs, layersUntil } from './architecture.js';
import { type TensorMap, toFloat32 } from './formats/tensor.js';
import type { ConvSpec } from './specs.js';
import { type Layout, layoutOf, type NormNames } from './state-dict.js';
import type { Architecture, FoldedConv, FoldedWeights, LayerName } from './types.js';

export interface FoldOptions {
  readonly id: string;
  readonly architecture: Architecture;
  /** The deepest layer to keep. */
  readonly until: LayerName;
  /** The file the tensors came from, for messages. */
  readonly path: string;
  /** Batch-norm epsilon where the file states one; else the architecture's. */
  readonly epsilon?: number | undefined;
}

/**
 * Folds batch norms: w' = w * s, b' = (b - mean) * s + beta, s = gamma / sqrt(var + epsilon), in float64, rounded once.
 * @throws WEIGHTS_FORMAT naming the tensor that is missing, of another shape, or gives values that are not finite; BAD_ARGUMENT for
 *   a layer that the architecture does not have
 */
export async function foldWeights(tensors: TensorMap, options: FoldOptions): Promise<FoldedWeights> {
  const { id, architecture, until } = options;
  const layout = layoutOf(architecture, tensors);
  const convs: Record<string, FoldedConv> = {};
  for (const spec of convSpecs(architecture, until)) convs[spec.name] = foldConv(tensors, spec, layout, options);
  const digests = await digestsOf(Object.values(convs));
  const layerHashes: Partial<Record<LayerName, string>> = {};
  for (const { name } of layersUntil(architecture, until)) {
    layerHashes[name] = await sha256(digests.subarray(0, convSpecs(architecture, name).length * DIGESTS_BYTES));
  }
  return { id, architecture, hash: await sha256(digests), layerHashes, convs, until };
}

/** Of a convolution's kernel and bias. */
const DIGESTS_BYTES = 64;

/**
 * SHA-256 over the SHA-256 digests of every kernel and bias (little-endian float32), in graph order, lower-case hex: the
 * digest of digests needs no second copy of the network.
 */
export async function hashConvs(convs: readonly FoldedConv[]): Promise<string> {
  return sha256(await digestsOf(convs));
}

async function digestsOf(convs: readonly FoldedConv[]): Promise<Uint8Array> {
  const digests = new Uint8Array(convs.length * DIGESTS_BYTES);
  for (const [index, { kernel, bias }] of convs.entries()) {
    digests.set(await sha256Digest(kernel), index * DIGESTS_BYTES);
    digests.set(await sha256Digest(bias), index * DIGESTS_BYTES + DIGESTS_BYTES / 2);
  }
  return digests;
}

type Read = (name: string, shape: readonly number[]) => Float32Array;

function reader(tensors: TensorMap, { architecture, path }: FoldOptions): Read {
  const hint = `Is this a ${architecture}?`;
  return (name, shape) => {
    const tensor = tensors.get(name);
    if (!tensor) throw new IadError('WEIGHTS_FORMAT', `tensor ${name} is missing`, { path, hint });
    if (tensor.shape.join() !== shape.join()) {
      const what = `tensor ${name} has shape [${tensor.shape.join(', ')}], not [${shape.join(', ')}]`;
      throw new IadError('WEIGHTS_FORMAT', what, { path, hint });
    }
    return toFloat32(tensor, name, path);
  };
}

function foldConv(tensors: TensorMap, spec: ConvSpec, layout: Layout, options: FoldOptions): FoldedConv {
  const { architecture, path } = options;
  const names = layout(spec.name);
  const [height, width, inputs, outputs] = spec.shape;
  const read = reader(tensors, options);
  const { input, epsilon } = ARCHITECTURES[architecture];
  const { scale, mean, beta } = readNorm(names.norm, outputs, read, options.epsilon ?? epsilon);
  const ownBias = names.bias === undefined ? undefined : read(names.bias, [outputs]);
  const bias = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) bias[o] = ((ownBias?.[o] ?? 0) - mean[o]!) * scale[o]! + beta[o]!;

  const oihw = names.layout === 'OIHW';
  const source = read(names.kernel, oihw ? [outputs, inputs, height, width] : spec.shape);
  const kernel = new Float32Array(source.length);
  const stem = spec.name === 'stem' ? input : undefined;
  let finite = true;
  for (let tap = 0, at = 0; tap < height * width; tap++) {
    for (let i = 0; i < inputs; i++) {
      const from = stem?.order === 'bgr' ? inputs - 1 - i : i;
      const inputScale = stem?.scale[i] ?? 1;
      for (let o = 0; o < outputs; o++, at++) {
        const index = oihw ? (o * inputs + from) * height * width + tap : (tap * inputs + from) * outputs + o;
        const value = source[index]! * inputScale * scale[o]!;
        kernel[at] = value;
        finite &&= Number.isFinite(kernel[at]!);
      }
    }
  }
  if (!finite || !bias.every(Number.isFinite)) {
    throw new IadError('WEIGHTS_FORMAT', `${spec.name} (${names.kernel}) gives values that are not finite`, {
      path,
      hint: 'The file is damaged, or a running variance in it is negative.',
    });
  }
  return { kernel, shape: spec.shape, bias };
}

/** What a batch norm does to what comes in: less the mean, times the scale, plus beta; nothing at all without one. */
function readNorm(names: NormNames | undefined, channels: number, read: Read, epsilon: number) {
  if (!names) {
    return {
      scale: new Float64Array(channels).fill(1),
      mean: new Float32Array(channels),
      beta: new Float32Array(channels),
    };
  }
  const gamma = read(names.gamma, [channels]);
  const beta = read(names.beta, [channels]);
  const mean = read(names.mean, [channels]);
  const variance = read(names.variance, [channels]);
  const scale = Float64Array.from(gamma, (value, o) => value / Math.sqrt(variance[o]! + epsilon));
  return { scale, mean, beta };
}
