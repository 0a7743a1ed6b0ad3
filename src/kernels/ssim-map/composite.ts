// ssimMap and its gradient from stock tfjs ops, by the formula of wasm.as.ts.
import type { Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { IadError } from '../../runtime/errors.js';
import { gridTensor } from '../grids.js';
import { input, type KernelCall } from '../registry.js';
import { type SsimCall, ssimOf } from './call.js';
import { SSIM_TAPS, WINDOW } from './plan.js';

/** The window's sums, with `pad` zeros around the maps. */
function windowed(maps: Tensor4D, pad: number): Tensor4D {
  const taps = Float32Array.from(SSIM_TAPS);
  const filter = (height: number, width: number) =>
    tf.tensor4d(taps, [height, width, 1, 1]).tile<Tensor4D>([1, 1, maps.shape[3], 1]);
  const padded = tf.pad4d(maps, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
  const across = tf.depthwiseConv2d(padded, filter(1, WINDOW), 1, 'valid');
  return tf.depthwiseConv2d(across, filter(WINDOW, 1), 1, 'valid');
}

function statistics(call: KernelCall, { pad, c1, c2 }: SsimCall) {
  const [a, b] = [gridTensor(call, 'a'), gridTensor(call, 'b')];
  const [p, q] = [a.add<Tensor4D>(b), a.sub<Tensor4D>(b)];
  const [u, v] = [windowed(p, pad), windowed(q, pad)];
  const variance = (values: Tensor4D, mean: Tensor4D) => {
    const difference = windowed(values.square(), pad).sub<Tensor4D>(mean.square());
    // Not relu or maximum: they lose a NaN on some backends.
    return tf.where(difference.less(0), tf.zerosLike(difference), difference);
  };
  const [varianceP, varianceQ] = [variance(p, u), variance(q, v)];
  const scale1 = u.square().add(v.square()).mul(0.5).add(c1);
  const scale2 = varianceP.add(varianceQ).mul(0.5).add(c2);
  return { p, q, u, v, scale1, scale2, l: v.square().div(scale1), s: varianceQ.div(scale2) };
}

export function ssimMapComposite(call: KernelCall): TensorInfo[] {
  return tf.tidy(() => {
    const { l, s } = statistics(call, ssimOf(call));
    return [tf.sub(1, l).mul(tf.sub(1, s))];
  });
}

export function ssimMapGradientComposite(call: KernelCall): TensorInfo[] {
  const given = ssimOf(call);
  const upstream = input(call, 'upstream');
  if (!(upstream instanceof tf.Tensor)) throw new IadError('BAD_ARGUMENT', 'a kernel needs a tensor as upstream');
  return tf.tidy(() => {
    const { p, q, u, v, scale1, scale2, l, s } = statistics(call, given);
    const lost = tf.sub(1, s).div(scale1);
    const kept = tf.sub(1, l).div(scale2);
    const byU = upstream.mul(u).mul(l.mul(lost).sub(s.mul(kept)));
    const byV = upstream.mul(v).mul(tf.sub(2, s).mul(kept).sub(tf.sub(2, l).mul(lost)));
    const byP = upstream.mul(kept).mul(s);
    const byQ = upstream.mul(kept).mul(tf.sub(s, 2));
    const back = (map: tf.Tensor) => windowed(map.as4D(...given.shape), WINDOW - 1 - given.pad);
    return [
      back(byU.add(byV))
        .add(p.mul(back(byP)))
        .add(q.mul(back(byQ))),
    ];
  });
}
