// The names under which weight files keep their tensors, and that every layout gives the same network.
import { describe, expect, it } from 'vitest';
import { convSpecs } from '../../src/backbones/architecture.js';
import { foldWeights } from '../../src/backbones/fold.js';
import type { RawTensor, TensorMap } from '../../src/backbones/formats/tensor.js';
import { type ConvNames, layoutOf } from '../../src/backbones/state-dict.js';
import { seededStateDict } from './golden.js';

const marked = (sign: string): TensorMap => new Map([[sign, { dtype: 'F32', shape: [], data: new Uint8Array(4) }]]);
const LAYOUTS = {
  torchvision: layoutOf('efficientnet_b5', marked('features.0.0.weight')),
  'EfficientNet-PyTorch': layoutOf('efficientnet_b5', marked('_conv_stem.weight')),
  timm: layoutOf('efficientnet_b5', marked('conv_stem.weight')),
};

/** The convolution and its batch norm, or `+ bias`. */
const brief = ({ kernel, bias, norm }: ConvNames): string[] => [
  kernel.replace('.weight', ''),
  norm?.gamma.replace('.weight', '') ?? (bias === kernel.replace('.weight', '.bias') ? '+ bias' : 'no bias'),
];

describe('an EfficientNet', () => {
  it.each<[string, keyof typeof LAYOUTS, string, string]>([
    ['stem', 'torchvision', 'features.0.0', 'features.0.1'],
    ['stem', 'EfficientNet-PyTorch', '_conv_stem', '_bn0'],
    ['stem', 'timm', 'conv_stem', 'bn1'],
    // a block of the first stage has no expansion
    ['features.1.2.depthwise', 'torchvision', 'features.1.2.block.0.0', 'features.1.2.block.0.1'],
    ['features.1.2.squeeze', 'torchvision', 'features.1.2.block.1.fc1', '+ bias'],
    ['features.1.2.project', 'torchvision', 'features.1.2.block.2.0', 'features.1.2.block.2.1'],
    ['features.1.2.depthwise', 'EfficientNet-PyTorch', '_blocks.2._depthwise_conv', '_blocks.2._bn1'],
    ['features.1.2.project', 'EfficientNet-PyTorch', '_blocks.2._project_conv', '_blocks.2._bn2'],
    ['features.1.2.depthwise', 'timm', 'blocks.0.2.conv_dw', 'blocks.0.2.bn1'],
    ['features.1.2.project', 'timm', 'blocks.0.2.conv_pw', 'blocks.0.2.bn2'],
    ['features.6.8.expand', 'torchvision', 'features.6.8.block.0.0', 'features.6.8.block.0.1'],
    ['features.6.8.depthwise', 'torchvision', 'features.6.8.block.1.0', 'features.6.8.block.1.1'],
    ['features.6.8.excite', 'torchvision', 'features.6.8.block.2.fc2', '+ bias'],
    ['features.6.8.project', 'torchvision', 'features.6.8.block.3.0', 'features.6.8.block.3.1'],
    // the block whose output CS-Flow takes
    ['features.6.8.expand', 'EfficientNet-PyTorch', '_blocks.35._expand_conv', '_blocks.35._bn0'],
    ['features.6.8.squeeze', 'EfficientNet-PyTorch', '_blocks.35._se_reduce', '+ bias'],
    ['features.6.8.excite', 'EfficientNet-PyTorch', '_blocks.35._se_expand', '+ bias'],
    ['features.6.8.expand', 'timm', 'blocks.5.8.conv_pw', 'blocks.5.8.bn1'],
    ['features.6.8.depthwise', 'timm', 'blocks.5.8.conv_dw', 'blocks.5.8.bn2'],
    ['features.6.8.squeeze', 'timm', 'blocks.5.8.se.conv_reduce', '+ bias'],
    ['features.6.8.excite', 'timm', 'blocks.5.8.se.conv_expand', '+ bias'],
    ['features.6.8.project', 'timm', 'blocks.5.8.conv_pwl', 'blocks.5.8.bn3'],
  ])("has its %s in %s's files as %s and %s", (conv, layout, kernel, norm) => {
    expect(brief(LAYOUTS[layout](conv))).toEqual([kernel, norm]);
  });

  it('is the same network from a file of any layout', async () => {
    const until = 'features.2';
    const options = { id: 'x', path: 'x', architecture: 'efficientnet_b5_tf', until } as const;
    const torchvision = seededStateDict('efficientnet_b5', until);
    const { hash } = await foldWeights(torchvision, options);
    for (const layout of [LAYOUTS['EfficientNet-PyTorch'], LAYOUTS.timm]) {
      const renamed = new Map<string, RawTensor>();
      for (const { name } of convSpecs('efficientnet_b5', until)) {
        const [from, to] = [namesOf(LAYOUTS.torchvision(name)), namesOf(layout(name))];
        for (const [i, old] of from.entries()) {
          const tensor = torchvision.get(old);
          if (tensor) renamed.set(to[i] ?? '', tensor);
        }
      }
      expect((await foldWeights(renamed, options)).hash).toBe(hash);
    }
  });

  it('is asked for by torchvision names where the stem is missing', async () => {
    const tensors = new Map(seededStateDict('efficientnet_b5', 'features.1'));
    tensors.delete('features.0.0.weight');
    const options = { id: 'x', path: 'w.pth', architecture: 'efficientnet_b5', until: 'features.1' } as const;
    await expect(foldWeights(tensors, options)).rejects.toThrow(/features\.0\.0\.weight is missing.*efficientnet_b5\?/);
  });
});

describe('AlexNet', () => {
  it("has its convolutions under torchvision's names, biases in place of batch norms", () => {
    const layout = layoutOf('alexnet', new Map());
    const names = convSpecs('alexnet', 'features.12').map(({ name }) => brief(layout(name)));
    expect(names).toEqual(['0', '3', '6', '8', '10'].map((index) => [`features.${index}`, '+ bias']));
  });

  it('keeps its biases, and has its input range in the stem alone', async () => {
    const options = { id: 'x', path: 'x', architecture: 'alexnet', until: 'features.5' } as const;
    const tensors = seededStateDict('alexnet', 'features.5');
    const { convs } = await foldWeights(tensors, options);
    const read = (name: string) => new Float32Array(tensors.get(name)?.data.slice().buffer ?? new ArrayBuffer(0));
    expect(convs.stem?.bias).toEqual(read('features.0.bias'));
    expect(convs['features.3']?.bias).toEqual(read('features.3.bias'));
    const second = read('features.3.weight')[0] ?? 0;
    expect(convs['features.3']?.kernel[0]).toBe(second);
    const first = read('features.0.weight')[0] ?? 0;
    expect(convs.stem?.kernel[0]).toBeCloseTo(first / (0.229 * 255), 9);
  });
});

function namesOf({ kernel, bias, norm }: ConvNames): string[] {
  const all = [kernel, bias, norm?.gamma, norm?.beta, norm?.mean, norm?.variance];
  return all.filter((name) => name !== undefined);
}
