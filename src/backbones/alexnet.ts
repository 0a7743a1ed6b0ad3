// AlexNet in one tower, its convolutions only, as torchvision has it.
//
// Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.
import { IMAGENET_INPUT, type LayerSpec, type NetworkSpec, type PoolSpec } from './specs.js';
import type { LayerName } from './types.js';

const POOL: PoolSpec = { size: 3, stride: 2, padding: 0 };

export function alexNet(): NetworkSpec {
  const layer = (
    name: LayerName,
    conv: string,
    size: number,
    [from, channels]: readonly [number, number],
    { stride = 1, padding = (size - 1) / 2, pool }: { stride?: number; padding?: number; pool?: PoolSpec } = {},
  ): LayerSpec => {
    const shape = [size, size, from, channels] as const;
    const spec = { name: conv, shape, stride, padding: [padding, padding], depthwise: false } as const;
    return { name, channels, blocks: [{ kind: 'plain', conv: spec, activation: 'relu', pool }] };
  };
  return {
    input: IMAGENET_INPUT,
    // it has no batch norms
    epsilon: 0,
    usual: 'features.12',
    layers: [
      layer('features.2', 'stem', 11, [3, 64], { stride: 4, padding: 2, pool: POOL }),
      layer('features.5', 'features.3', 5, [64, 192], { pool: POOL }),
      layer('features.7', 'features.6', 3, [192, 384]),
      layer('features.9', 'features.8', 3, [384, 256]),
      layer('features.12', 'features.10', 3, [256, 256], { pool: POOL }),
    ],
  };
}
