// CS-Flow's subnet: convolutions on three scales that exchange information (Rudolph et al.: Fully Convolutional Cross-Scale-Flows
// for Image-based Defect Detection, WACV 2022, section 3.2 and Figure 4).
import type { Tensor4D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../../runtime/errors.js';
import { constant, named } from './parameters.js';
import { convolution, type Subnet } from './subnets.js';

export interface CrossScale {
  /** Side of the filters, odd. */
  readonly size: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

/**
 * Three scales, each half as high and wide as the one before: [B, H, W, inputs], ... to [B, H, W, outputs], ... What a scale gives is
 * its own convolutions' and its neighbours' hidden values, resized and convolved, times a number of its own, 0 at first.
 */
export function crossScaleSubnet(name: string, { size, inputs, hidden, outputs }: CrossScale): Subnet<Tensor4D[]> {
  const enter = (to: string) =>
    convolution(`${name}.${to}`, { size, inputs, outputs: hidden, activation: 'leakyrelu' });
  const leave = (to: string, stride: 1 | 2 = 1) =>
    convolution(`${name}.${to}`, { size, inputs: hidden, outputs, stride });
  const [enter0, enter1, enter2] = [enter('enter0'), enter('enter1'), enter('enter2')];
  const [leave0, leave1, leave2] = [leave('leave0'), leave('leave1'), leave('leave2')];
  const [up10, up21, down01, down12] = [leave('up10'), leave('up21'), leave('down01', 2), leave('down12', 2)];
  const gains = [0, 1, 2].map((i) => constant(`${name}.gain${i}`, [1], 0));
  const convolutions = [enter0, enter1, enter2, leave0, leave1, leave2, up10, up21, down01, down12];
  return {
    parameters: [...convolutions.flatMap(({ parameters }) => parameters), ...gains],
    run: (scales, tensors) => {
      const [x0, x1, x2] = halving(name, scales);
      const [h0, h1, h2] = [enter0.run(x0, tensors), enter1.run(x1, tensors), enter2.run(x2, tensors)];
      const sums = [
        tf.addN([leave0.run(h0, tensors), up10.run(doubled(h1), tensors)]),
        tf.addN([leave1.run(h1, tensors), up21.run(doubled(h2), tensors), down01.run(h0, tensors)]),
        tf.addN([leave2.run(h2, tensors), down12.run(h1, tensors)]),
      ];
      return sums.map((sum, i) => tf.mul(sum, named(tensors, `${name}.gain${i}`)));
    },
  };
}

/** Twice as high and wide: bilinear, half-pixel centres. */
function doubled(x: Tensor4D): Tensor4D {
  const [, height, width] = x.shape;
  return tf.image.resizeBilinear(x, [2 * height, 2 * width], false, true);
}

/** @throws IadError BAD_ARGUMENT unless these are three scales, each half the one before */
function halving(name: string, scales: readonly Tensor4D[]): [Tensor4D, Tensor4D, Tensor4D] {
  const [x0, x1, x2] = scales;
  if (x0 && x1 && x2 && scales.length === 3 && isDouble(x0, x1) && isDouble(x1, x2)) return [x0, x1, x2];
  const shapes = scales.map(({ shape }) => `[${shape.join(', ')}]`).join(', ');
  throw new IadError('BAD_ARGUMENT', `crossScaleSubnet: needs three scales, each half the one before, not ${shapes}`, {
    path: name,
    hint: 'Give images whose sides are multiples of four times the stride of the backbone.',
  });
}

function isDouble(large: Tensor4D, small: Tensor4D): boolean {
  return large.shape[1] === 2 * small.shape[1] && large.shape[2] === 2 * small.shape[2];
}
