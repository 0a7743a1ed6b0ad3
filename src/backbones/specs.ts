// What a network is described by, as plain data: running it, folding its batch norms and checking weight files all read this.
import type { LayerName } from './types.js';

/** What a network expects at its input, folded into the stem as far as zero padding allows. */
export interface InputRange {
  /** Subtracted from RGB 0..255 at run time: zero padding comes after it, so no bias can stand in for it. */
  readonly mean: readonly [number, number, number];
  /** Multiplied into the stem's kernel, per RGB channel. */
  readonly scale: readonly [number, number, number];
  /** The channel order in which the stored stem kernel reads its input. */
  readonly order: 'rgb' | 'bgr';
}

export const IMAGENET_INPUT: InputRange = {
  mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
  scale: [1 / (0.229 * 255), 1 / (0.224 * 255), 1 / (0.225 * 255)],
  order: 'rgb',
};

/** Zeros before and after, the same for rows and columns. */
export type Padding = readonly [before: number, after: number];

/** One convolution of the graph. */
export interface ConvSpec {
  /** `stem` for the first; then `layer2.0.conv1`, `layer2.0.downsample`, `features.3.0.depthwise`, ... */
  readonly name: string;
  /** HWIO; a depthwise one, [size, size, 1, channels], sees of every channel only that channel. */
  readonly shape: readonly [number, number, number, number];
  readonly stride: number;
  readonly padding: Padding;
  readonly depthwise: boolean;
}

/** Torch's max pooling without padding, or with one that no maximum can lie in. */
export interface PoolSpec {
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
}

/** A convolution, its activation, and a pooling after it where there is one. */
export interface PlainBlock {
  readonly kind: 'plain';
  readonly conv: ConvSpec;
  readonly activation: 'relu' | 'silu';
  readonly pool: PoolSpec | undefined;
}

/** The main path in order, and the projection of the shortcut where there is one; ReLU after each, the last one after the sum. */
export interface ResidualBlock {
  readonly kind: 'residual';
  readonly main: readonly ConvSpec[];
  readonly downsample: ConvSpec | undefined;
}

/** An inverted residual with squeeze and excitation: expand, filter each channel, weigh the channels, project. */
export interface InvertedBlock {
  readonly kind: 'inverted';
  /** Each with SiLU: the expansion, where there is one, and the depthwise convolution. */
  readonly before: readonly ConvSpec[];
  /** On the mean over all positions: SiLU after the first, sigmoid after the second. */
  readonly squeeze: ConvSpec;
  readonly excite: ConvSpec;
  readonly project: ConvSpec;
  /** Whether the block's input is added to its output. */
  readonly skips: boolean;
}

export type BlockSpec = PlainBlock | ResidualBlock | InvertedBlock;

export interface LayerSpec {
  readonly name: LayerName;
  readonly channels: number;
  /** From the end of the layer before it; the first layer's begin with the stem. */
  readonly blocks: readonly BlockSpec[];
}

export interface NetworkSpec {
  readonly input: InputRange;
  /** Of its batch norms, where the file states none. */
  readonly epsilon: number;
  /** The deepest layer that methods commonly use. */
  readonly usual: LayerName;
  /** Shallowest first. */
  readonly layers: readonly LayerSpec[];
}

/** The convolutions of a block, in graph order. */
export function blockConvs(block: BlockSpec): readonly ConvSpec[] {
  switch (block.kind) {
    case 'plain':
      return [block.conv];
    case 'residual':
      return block.downsample ? [...block.main, block.downsample] : block.main;
    case 'inverted':
      return [...block.before, block.squeeze, block.excite, block.project];
    default:
      return block satisfies never;
  }
}

/** What of a block changes the size of a map, in order. */
export function blockWindows(block: BlockSpec): readonly { size: number; stride: number; padded: number }[] {
  const windowOf = ({ shape, stride, padding: [before, after] }: ConvSpec) => ({
    size: shape[0],
    stride,
    padded: before + after,
  });
  switch (block.kind) {
    case 'plain': {
      const { conv, pool } = block;
      return pool ? [windowOf(conv), { ...pool, padded: 2 * pool.padding }] : [windowOf(conv)];
    }
    case 'residual':
      return block.main.map(windowOf);
    case 'inverted':
      return block.before.map(windowOf);
    default:
      return block satisfies never;
  }
}
