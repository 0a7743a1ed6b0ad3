// Where weight files keep a convolution and its batch norm: the names of their tensors, for every layout that is understood.
import { blocksBefore } from './efficientnet.js';
import type { TensorMap } from './formats/tensor.js';
import type { Architecture } from './types.js';

/** Tensors of a batch norm. */
export interface NormNames {
  readonly gamma: string;
  readonly beta: string;
  readonly mean: string;
  readonly variance: string;
}

/** Tensors of a convolution; it has a bias, a batch norm after it, or both. */
export interface ConvNames {
  readonly kernel: string;
  readonly layout: 'OIHW' | 'HWIO';
  readonly bias: string | undefined;
  readonly norm: NormNames | undefined;
}

/** By the graph's name of a convolution. */
export type Layout = (conv: string) => ConvNames;

/** An EfficientNet's layouts, and a tensor that only files of that layout have. */
const EFFICIENTNET_LAYOUTS: readonly { readonly sign: string; readonly layout: Layout }[] = [
  { sign: 'features.0.0.weight', layout: torchvisionEfficientNet },
  { sign: '_conv_stem.weight', layout: lukemelasEfficientNet },
  { sign: 'conv_stem.weight', layout: timmEfficientNet },
];

/**
 * The layout of a file, told by its tensors. ResNets and AlexNet: torchvision's, of ResNets also timm's, which has the same names.
 * EfficientNet: torchvision's, EfficientNet-PyTorch's (lukemelas) or timm's, whichever its padding.
 */
export function layoutOf(architecture: Architecture, tensors: TensorMap): Layout {
  switch (architecture) {
    case 'resnet18':
    case 'resnet50':
    case 'wide_resnet50_2':
      return torchvisionResNet;
    case 'resnet50_keras':
      return kerasResNet;
    case 'efficientnet_b5':
    case 'efficientnet_b5_tf':
      return EFFICIENTNET_LAYOUTS.find(({ sign }) => tensors.has(sign))?.layout ?? torchvisionEfficientNet;
    case 'alexnet':
      return torchvisionAlexNet;
    default:
      return architecture satisfies never;
  }
}

function torchNorm(name: string): NormNames {
  return {
    gamma: `${name}.weight`,
    beta: `${name}.bias`,
    mean: `${name}.running_mean`,
    variance: `${name}.running_var`,
  };
}

function normed(conv: string, norm: string): ConvNames {
  return { kernel: `${conv}.weight`, layout: 'OIHW', bias: undefined, norm: torchNorm(norm) };
}

function biased(conv: string): ConvNames {
  return { kernel: `${conv}.weight`, layout: 'OIHW', bias: `${conv}.bias`, norm: undefined };
}

function torchvisionResNet(name: string): ConvNames {
  if (name === 'stem') return normed('conv1', 'bn1');
  if (name.endsWith('.downsample')) return normed(`${name}.0`, `${name}.1`);
  return normed(name, name.replace('.conv', '.bn'));
}

/** Keras ResNet-50 v1: `res3b_branch2c` is `layer2.1.conv3`, `res3a_branch1` its stage's projection. */
function kerasResNet(name: string): ConvNames {
  const suffix = name === 'stem' ? '_conv1' : kerasSuffix(name);
  const conv = name === 'stem' ? 'conv1' : `res${suffix}`;
  const norm = `bn${suffix}`;
  return {
    kernel: `${conv}/kernel`,
    layout: 'HWIO',
    bias: `${conv}/bias`,
    norm: {
      gamma: `${norm}/gamma`,
      beta: `${norm}/beta`,
      mean: `${norm}/moving_mean`,
      variance: `${norm}/moving_variance`,
    },
  };
}

function kerasSuffix(name: string): string {
  const [layer = '', block = '', part = ''] = name.split('.');
  const stage = Number(layer.slice('layer'.length)) + 1;
  const branch = part === 'downsample' ? '1' : `2${'abc'[Number(part.slice('conv'.length)) - 1]}`;
  return `${stage}${'abcdef'[Number(block)]}_branch${branch}`;
}

function torchvisionAlexNet(name: string): ConvNames {
  return biased(name === 'stem' ? 'features.0' : name);
}

/** Parts of `features.<stage>.<block>.<part>`; the first stage's blocks have no expansion. */
function efficientNetParts(name: string) {
  const [, stage = '', block = '', part = ''] = name.split('.');
  return { stage: Number(stage), block: Number(block), part, expands: stage !== '1' };
}

/** `features.2.0.block.1.0.weight`: stage and block as in the graph's names, then the block's parts in order. */
function torchvisionEfficientNet(name: string): ConvNames {
  if (name === 'stem') return normed('features.0.0', 'features.0.1');
  const { stage, block, part, expands } = efficientNetParts(name);
  const at = (index: number) => `features.${stage}.${block}.block.${index}`;
  const depthwise = expands ? 1 : 0;
  switch (part) {
    case 'squeeze':
      return biased(`${at(depthwise + 1)}.fc1`);
    case 'excite':
      return biased(`${at(depthwise + 1)}.fc2`);
    case 'expand':
      return normed(`${at(0)}.0`, `${at(0)}.1`);
    case 'depthwise':
      return normed(`${at(depthwise)}.0`, `${at(depthwise)}.1`);
    default:
      return normed(`${at(depthwise + 2)}.0`, `${at(depthwise + 2)}.1`);
  }
}

/** `_blocks.3._depthwise_conv.weight`: blocks counted through all stages. */
function lukemelasEfficientNet(name: string): ConvNames {
  if (name === 'stem') return normed('_conv_stem', '_bn0');
  const { stage, block, part } = efficientNetParts(name);
  const of = (suffix: string) => `_blocks.${blocksBefore(stage - 1) + block}.${suffix}`;
  switch (part) {
    case 'squeeze':
      return biased(of('_se_reduce'));
    case 'excite':
      return biased(of('_se_expand'));
    case 'expand':
      return normed(of('_expand_conv'), of('_bn0'));
    case 'depthwise':
      return normed(of('_depthwise_conv'), of('_bn1'));
    default:
      return normed(of('_project_conv'), of('_bn2'));
  }
}

/** `blocks.1.0.conv_dw.weight`: stages from 0; norms are counted from 1, so that their numbers depend on the expansion. */
function timmEfficientNet(name: string): ConvNames {
  if (name === 'stem') return normed('conv_stem', 'bn1');
  const { stage, block, part, expands } = efficientNetParts(name);
  const of = (suffix: string) => `blocks.${stage - 1}.${block}.${suffix}`;
  switch (part) {
    case 'squeeze':
      return biased(of('se.conv_reduce'));
    case 'excite':
      return biased(of('se.conv_expand'));
    case 'expand':
      return normed(of('conv_pw'), of('bn1'));
    case 'depthwise':
      return normed(of('conv_dw'), of(expands ? 'bn2' : 'bn1'));
    default:
      return expands ? normed(of('conv_pwl'), of('bn3')) : normed(of('conv_pw'), of('bn2'));
  }
}
