// From a file's tensors to weights ready to run: picks the convolutions up to a stage, folds each batch norm into its
// convolution in float64, brings kernels to HWIO and takes the input's scale and channel order into the stem.
import { IadError } from '../runtime/errors.js';
import { sha256, sha256Digest } from '../runtime/sha256.js';
import { ARCHITECTURES, type ConvSpec, convSpecs } from './architecture.js';
import { type TensorMap, toFloat32 } from './formats/tensor.js';
import type { Architecture, FoldedConv, FoldedWeights, LayerName } from './types.js';

export interface FoldOptions {
  readonly id: string;
  readonly architecture: Architecture;
  /** The deepest stage to keep. */
  readonly until: LayerName;
  /** The file the tensors came from, for messages. */
  readonly path: string;
  /** Batch-norm epsilon where the file states one; else the architecture's. */
  readonly epsilon?: number | undefined;
}

/**
 * Folds batch norms: w' = w * s, b' = (b - mean) * s + beta, s = gamma / sqrt(var + epsilon), in float64, rounded once.
 * @throws WEIGHTS_FORMAT naming the tensor that is missing, of another shape, or gives values that are not finite
 */
export async function foldWeights(tensors: TensorMap, options: FoldOptions): Promise<FoldedWeights> {
  const { id, architecture, until } = options;
  const convs: Record<string, FoldedConv> = {};
  for (const spec of convSpecs(architecture, until)) convs[spec.name] = foldConv(tensors, spec, options);
  return { id, architecture, hash: await hashConvs(Object.values(convs)), convs, until };
}

/**
 * SHA-256 over the SHA-256 digests of every kernel and bias (little-endian float32), in graph order, lower-case hex: the
 * digest of digests needs no second copy of the network.
 */
export async function hashConvs(convs: readonly FoldedConv[]): Promise<string> {
  const digests = new Uint8Array(convs.length * 64);
  for (const [index, { kernel, bias }] of convs.entries()) {
    digests.set(await sha256Digest(kernel), index * 64);
    digests.set(await sha256Digest(bias), index * 64 + 32);
  }
  return sha256(digests);
}

/** Where a file keeps one convolution and its batch norm. */
interface ConvNames {
  readonly kernel: string;
  readonly layout: 'OIHW' | 'HWIO';
  readonly bias: string | undefined;
  readonly gamma: string;
  readonly beta: string;
  readonly mean: string;
  readonly variance: string;
}

/** torchvision and timm state dicts. */
function torchNames(name: string): ConvNames {
  const [conv, norm] =
    name === 'stem'
      ? ['conv1', 'bn1']
      : name.endsWith('.downsample')
        ? [`${name}.0`, `${name}.1`]
        : [name, name.replace('.conv', '.bn')];
  return {
    kernel: `${conv}.weight`,
    layout: 'OIHW',
    bias: undefined,
    gamma: `${norm}.weight`,
    beta: `${norm}.bias`,
    mean: `${norm}.running_mean`,
    variance: `${norm}.running_var`,
  };
}

/** Keras ResNet-50 v1: `res3b_branch2c` is `layer2.1.conv3`, `res3a_branch1` its stage's projection. */
function kerasNames(name: string): ConvNames {
  const [conv, norm] = name === 'stem' ? ['conv1', 'bn_conv1'] : [`res${kerasSuffix(name)}`, `bn${kerasSuffix(name)}`];
  return {
    kernel: `${conv}/kernel`,
    layout: 'HWIO',
    bias: `${conv}/bias`,
    gamma: `${norm}/gamma`,
    beta: `${norm}/beta`,
    mean: `${norm}/moving_mean`,
    variance: `${norm}/moving_variance`,
  };
}

function kerasSuffix(name: string): string {
  const [layer = '', block = '', part = ''] = name.split('.');
  const stage = Number(layer.slice('layer'.length)) + 1;
  const branch = part === 'downsample' ? '1' : `2${'abc'[Number(part.slice('conv'.length)) - 1]}`;
  return `${stage}${'abcdef'[Number(block)]}_branch${branch}`;
}

function foldConv(tensors: TensorMap, spec: ConvSpec, options: FoldOptions): FoldedConv {
  const { architecture, path } = options;
  const names = architecture === 'resnet50_keras' ? kerasNames(spec.name) : torchNames(spec.name);
  const [height, width, inputs, outputs] = spec.shape;
  const read = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors.get(name);
    const hint = `Is this a ${architecture}?`;
    if (!tensor) throw new IadError('WEIGHTS_FORMAT', `tensor ${name} is missing`, { path, hint });
    if (tensor.shape.join() !== shape.join()) {
      const what = `tensor ${name} has shape [${tensor.shape.join(', ')}], not [${shape.join(', ')}]`;
      throw new IadError('WEIGHTS_FORMAT', what, { path, hint });
    }
    return toFloat32(tensor, name, path);
  };
  const gamma = read(names.gamma, [outputs]);
  const beta = read(names.beta, [outputs]);
  const mean = read(names.mean, [outputs]);
  const variance = read(names.variance, [outputs]);
  const ownBias = names.bias === undefined ? undefined : read(names.bias, [outputs]);
  const epsilon = options.epsilon ?? ARCHITECTURES[architecture].epsilon;

  const scale = new Float64Array(outputs);
  const bias = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    scale[o] = gamma[o]! / Math.sqrt(variance[o]! + epsilon);
    bias[o] = ((ownBias?.[o] ?? 0) - mean[o]!) * scale[o]! + beta[o]!;
  }
  const oihw = names.layout === 'OIHW';
  const source = read(names.kernel, oihw ? [outputs, inputs, height, width] : spec.shape);
  const kernel = new Float32Array(source.length);
  const stem = spec.name === 'stem' ? ARCHITECTURES[architecture].input : undefined;
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
