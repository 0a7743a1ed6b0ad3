// The ResNet family.
//
// He et al., "Deep Residual Learning for Image Recognition", CVPR 2016; Zagoruyko and Komodakis, "Wide Residual
// Networks", BMVC 2016.
import type { BlockSpec, ConvSpec, InputRange, LayerSpec, NetworkSpec, PlainBlock } from './specs.js';
import { RESNET_LAYERS } from './types.js';

export interface ResNetSpec {
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

const STEM: PlainBlock = {
  kind: 'plain',
  conv: { name: 'stem', shape: [7, 7, 3, 64], stride: 2, padding: [3, 3], depthwise: false },
  activation: 'relu',
  // torch pads with -infinity, after a ReLU the same as with zero
  pool: { size: 3, stride: 2, padding: 1 },
};

export function resnet(spec: ResNetSpec): NetworkSpec {
  const layers = RESNET_LAYERS.map((name, stage): LayerSpec => {
    // Widening touches the inner width only: a bottleneck stage ends with 256 * 2^k channels whatever its width.
    const channels = (spec.block === 'basic' ? 64 : 256) * 2 ** stage;
    const blocks = Array.from({ length: spec.blocks[stage] ?? 0 }, (_, block) =>
      residualBlock(spec, stage, block, channels),
    );
    return { name, channels, blocks: stage === 0 ? [STEM, ...blocks] : blocks };
  });
  return { input: spec.input, epsilon: spec.epsilon, usual: 'layer3', layers };
}

function residualBlock(spec: ResNetSpec, stage: number, block: number, out: number): BlockSpec {
  const before = stage === 0 ? 64 : out / 2;
  const width = spec.width * 2 ** stage;
  const input = block === 0 ? before : out;
  const stride = block === 0 && stage > 0 ? 2 : 1;
  const conv = (part: string, size: number, from: number, to: number, by: number): ConvSpec => ({
    name: `${RESNET_LAYERS[stage]}.${block}.${part}`,
    shape: [size, size, from, to],
    stride: by,
    padding: [(size - 1) / 2, (size - 1) / 2],
    depthwise: false,
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
  return { kind: 'residual', main, downsample: projects ? conv('downsample', 1, input, out, stride) : undefined };
}
