// EfficientNet-B5.
//
// Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019.
import {
  type BlockSpec,
  type ConvSpec,
  IMAGENET_INPUT,
  type InvertedBlock,
  type LayerSpec,
  type NetworkSpec,
  type Padding,
} from './specs.js';
import type { LayerName } from './types.js';

/**
 * `symmetric`: (size - 1) / 2 zeros on either side. `tensorflow`: what TensorFlow's SAME gives for an image of 456 x 456, B5's own
 * resolution, and that at any resolution; strided convolutions get more behind than before.
 */
export type EfficientNetPadding = 'symmetric' | 'tensorflow';

interface Stage {
  readonly name: LayerName;
  readonly kernel: number;
  readonly stride: number;
  /** Width inside of a block, as a multiple of its input's. */
  readonly expansion: number;
  readonly channels: number;
  readonly blocks: number;
}

const STAGES: readonly Stage[] = [
  { name: 'features.1', kernel: 3, stride: 1, expansion: 1, channels: 24, blocks: 3 },
  { name: 'features.2', kernel: 3, stride: 2, expansion: 6, channels: 40, blocks: 5 },
  { name: 'features.3', kernel: 5, stride: 2, expansion: 6, channels: 64, blocks: 5 },
  { name: 'features.4', kernel: 3, stride: 2, expansion: 6, channels: 128, blocks: 7 },
  { name: 'features.5', kernel: 5, stride: 1, expansion: 6, channels: 176, blocks: 7 },
  { name: 'features.6', kernel: 5, stride: 2, expansion: 6, channels: 304, blocks: 9 },
  { name: 'features.7', kernel: 3, stride: 1, expansion: 6, channels: 512, blocks: 3 },
];

const STEM_CHANNELS = 48;
const NATIVE_SIDE = 456;

/** Blocks of the stages before a stage. */
export function blocksBefore(stage: number): number {
  return STAGES.slice(0, stage).reduce((sum, { blocks }) => sum + blocks, 0);
}

export function efficientNetB5(padding: EfficientNetPadding): NetworkSpec {
  let side = NATIVE_SIDE;
  /** The padding of the next convolution in order. */
  const pad = (size: number, stride: number): Padding => {
    if (padding === 'symmetric') return [(size - 1) / 2, (size - 1) / 2];
    const out = Math.ceil(side / stride);
    const total = Math.max((out - 1) * stride + size - side, 0);
    side = out;
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  const stem: BlockSpec = {
    kind: 'plain',
    conv: { name: 'stem', shape: [3, 3, 3, STEM_CHANNELS], stride: 2, padding: pad(3, 2), depthwise: false },
    activation: 'silu',
    pool: undefined,
  };
  let input = STEM_CHANNELS;
  const layers = STAGES.map((stage, index): LayerSpec => {
    const { name } = stage;
    const blocks = Array.from({ length: stage.blocks }, (_, block) => {
      const stride = block === 0 ? stage.stride : 1;
      const made = invertedBlock(`${name}.${block}`, stage, input, stride, pad(stage.kernel, stride));
      input = stage.channels;
      return made;
    });
    return { name, channels: stage.channels, blocks: index === 0 ? [stem, ...blocks] : blocks };
  });
  return { input: IMAGENET_INPUT, epsilon: 1e-3, usual: 'features.6', layers };
}

function invertedBlock(
  name: string,
  { kernel, expansion, channels }: Stage,
  input: number,
  stride: number,
  padding: Padding,
): InvertedBlock {
  const wide = input * expansion;
  // of the block's input, not of what it is expanded to
  const squeezed = Math.max(1, Math.floor(input / 4));
  const pointwise = (part: string, from: number, to: number): ConvSpec => ({
    name: `${name}.${part}`,
    shape: [1, 1, from, to],
    stride: 1,
    padding: [0, 0],
    depthwise: false,
  });
  const depthwise: ConvSpec = {
    name: `${name}.depthwise`,
    shape: [kernel, kernel, 1, wide],
    stride,
    padding,
    depthwise: true,
  };
  return {
    kind: 'inverted',
    before: expansion === 1 ? [depthwise] : [pointwise('expand', input, wide), depthwise],
    squeeze: pointwise('squeeze', wide, squeezed),
    excite: pointwise('excite', squeezed, wide),
    project: pointwise('project', wide, channels),
    skips: stride === 1 && input === channels,
  };
}
