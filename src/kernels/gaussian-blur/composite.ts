// gaussianBlur from stock tfjs ops: borders gathered, then a depthwise convolution each way.
import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { gridTensor } from '../grids.js';
import type { KernelCall } from '../registry.js';
import { blurOf } from './call.js';

export function gaussianBlurComposite(call: KernelCall): TensorInfo[] {
  const { maps, plan } = blurOf(call);
  const taps = Float32Array.from(plan.taps);
  return tf.tidy(() => {
    const { channels } = maps;
    const filter = (height: number, width: number) =>
      tf.tensor4d(taps, [height, width, 1, 1]).tile<Tensor4D>([1, 1, channels, 1]);
    const wide = tf.gather(gridTensor(call, 'maps'), tf.tensor1d(plan.columns, 'int32'), 2);
    const across = tf.depthwiseConv2d(wide, filter(1, taps.length), 1, 'valid');
    const tall = tf.gather(across, tf.tensor1d(plan.rows, 'int32'), 1);
    return [tf.depthwiseConv2d(tall, filter(taps.length, 1), 1, 'valid')];
  });
}
