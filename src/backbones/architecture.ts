// The ResNet family as plain data: widths, strides, names and input ranges. The graph, the folding of batch norms and the
// checks of weight files all read this one description.
//
// He et al., "Deep Residual Learning for Image Recognition", CVPR 2016; Zagoruyko and Komodakis, "Wide Residual
// Networks", BMVC 2016.
import { type Architecture, LAYER_NAMES, type LayerName } from './types.js';

/** What a network expects at its input, folded into the stem as far as zero padding allows. */
export interface InputRange {
  /** Subtracted from RGB 0..255 at run time: zero padding comes after it, so no bias can stand in for it. */
  readonly mean: readonly [number, number, number];
  /** Multiplied into the stem's kernel, per RGB channel. */
  readonly scale: readonly [number, number, number];
  /** The channel order in which the stored stem kernel reads its input. */
  readonly order: 'rgb' | 'bgr';
}

export interface ArchitectureSpec {
  /** Residual blocks of layer1..layer4. */
  readonly blocks: readonly [number, number, number, number];
  /** `basic`: two 3x3. `bottleneck`: 1x1, 3x3, 1x1, four times as wide at the end. */
  readonly block: 'basic' | 'bottleneck';
  /** Inner width of layer1's blocks; doubles per layer. */
  readonly width: number;
  /** The convolution of a stage's first block that carries the stride: 2 = the 3x3 (v1.5), 1 = the first 1x1 (v1). */
  readonly strideOn: 1 | 2;
  readonly epsilon: number;
  readonly input: InputRange;
}

/** One convolution of the graph. */
export interface ConvSpec {
  /** `stem`, `layer2.0.conv1`, `layer2.0.downsample`, ... */
  readonly name: string;
  /** HWIO */
  readonly shape: readonly [number, number, number, number];
  readonly stride: 1 | 2;
}

/** One residual block: its main path in order, and the projection of its shortcut where it has one. */
export interface BlockSpec {
  readonly main: readonly ConvSpec[];
  readonly downsample: ConvSpec | undefined;
}

const IMAGENET_INPUT: InputRange = {
  mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
  scale: [1 / (0.229 * 255), 1 / (0.224 * 255), 1 / (0.225 * 255)],
  order: 'rgb',
};

const CAFFE_INPUT: InputRange = { mean: [123.68, 116.779, 103.939], scale: [1, 1, 1], order: 'bgr' };

export const ARCHITECTURES: Readonly<Record<Architecture, ArchitectureSpec>> = {
  resnet18: {
    blocks: [2, 2, 2, 2],
    block: 'basic',
    width: 64,
    strideOn: 1,
    epsilon: 1e-5,
    input: IMAGENET_INPUT,
  },
  resnet50: {
    blocks: [3, 4, 6, 3],
    block: 'bottleneck',
    width: 64,
    strideOn: 2,
    epsilon: 1e-5,
    input: IMAGENET_INPUT,
  },
  wide_resnet50_2: {
    blocks: [3, 4, 6, 3],
    block: 'bottleneck',
    width: 128,
    strideOn: 2,
    epsilon: 1e-5,
    input: IMAGENET_INPUT,
  },
  resnet50_keras: {
    blocks: [3, 4, 6, 3],
    block: 'bottleneck',
    width: 64,
    strideOn: 1,
    epsilon: 1e-3,
    input: CAFFE_INPUT,
  },
};

export const STEM: ConvSpec = { name: 'stem', shape: [7, 7, 3, 64], stride: 2 };

/** Channels of a stage's output. */
export function layerChannels(architecture: Architecture, layer: LayerName): number {
  // Widening touches the inner width only: a bottleneck stage ends with 256 * 2^k channels whatever its width.
  const base = ARCHITECTURES[architecture].block === 'basic' ? 64 : 256;
  return base * 2 ** LAYER_NAMES.indexOf(layer);
}

/** `layer1` up to and with `until`. */
export function layersUntil(until: LayerName): readonly LayerName[] {
  return LAYER_NAMES.slice(0, LAYER_NAMES.indexOf(until) + 1);
}

/** The residual blocks of one stage, in order. */
export function stageBlocks(architecture: Architecture, layer: LayerName): readonly BlockSpec[] {
  const spec = ARCHITECTURES[architecture];
  const index = LAYER_NAMES.indexOf(layer);
  const out = layerChannels(architecture, layer);
  const before = index === 0 ? 64 : out / 2;
  const width = spec.width * 2 ** index;
  return Array.from({ length: spec.blocks[index] ?? 0 }, (_, block) => {
    const input = block === 0 ? before : out;
    const stride = block === 0 && index > 0 ? 2 : 1;
    const conv = (part: string, size: number, from: number, to: number, by: 1 | 2): ConvSpec => ({
      name: `${layer}.${block}.${part}`,
      shape: [size, size, from, to],
      stride: by,
    });
    const main =
      spec.block === 'basic'
        ? [conv('conv1', 3, input, width, stride), conv('conv2', 3, width, out, 1)]
        : [
            conv('conv1', 1, input, width, spec.strideOn === 1 ? stride : 1),
            conv('conv2', 3, width, width, spec.strideOn === 2 ? stride : 1),
            conv('conv3', 1, width, out, 1),
          ];
    const projects = block === 0 && (stride === 2 || input !== out);
    return { main, downsample: projects ? conv('downsample', 1, input, out, stride) : undefined };
  });
}

/** Every convolution up to the end of `until`, in graph order. */
export function convSpecs(architecture: Architecture, until: LayerName): readonly ConvSpec[] {
  const blocks = layersUntil(until).flatMap((layer) => stageBlocks(architecture, layer));
  return [STEM, ...blocks.flatMap(({ main, downsample }) => (downsample === undefined ? main : [...main, downsample]))];
}
