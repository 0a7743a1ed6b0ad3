// perlinNoise from stock tfjs ops.

import type { Tensor, Tensor2D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type KernelCall, matrixTensor } from '../registry.js';
import { type PerlinSizes, perlinSizes } from './reference.js';

export function perlinNoiseComposite(call: KernelCall): TensorInfo[] {
  const gradients = matrixTensor(call, 'gradients');
  const sizes = perlinSizes(call);
  const { batch, rows, columns, height, width } = sizes;
  return tf.tidy((): Tensor[] => {
    const fy = fractions(height, rows).reshape([1, height, 1]);
    const fx = fractions(width, columns).reshape([1, 1, width]);
    const places = cells(sizes);
    const corner = (down: number, right: number) => {
      const at = places.add<tf.Tensor1D>(tf.scalar(down * (columns + 1) + right, 'int32'));
      const picked = tf.gather<Tensor2D>(gradients, at);
      const along = (axis: number) => picked.slice([0, axis], [-1, 1]).reshape([batch, height, width]);
      return along(0)
        .mul(fy.sub(down))
        .add(along(1).mul(fx.sub(right)));
    };
    const lerp = (a: Tensor, b: Tensor, t: Tensor) => a.add(b.sub(a).mul(fade(t)));
    const left = lerp(corner(0, 0), corner(1, 0), fy);
    const right = lerp(corner(0, 1), corner(1, 1), fy);
    return [lerp(left, right, fx).mul(Math.SQRT2)];
  });
}

function fade(t: Tensor): Tensor {
  return t.mul(t).mul(t).mul(t.mul(6).sub(15).mul(t).add(10));
}

function fractions(pixels: number, cellsAlong: number): Tensor {
  return tf.tensor1d(Float32Array.from({ length: pixels }, (_, i) => ((i * cellsAlong) % pixels) / pixels));
}

/** Every pixel's upper left lattice point. */
function cells({ batch, rows, columns, height, width }: PerlinSizes): tf.Tensor1D {
  const at = new Int32Array(batch * height * width);
  let i = 0;
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < height; y++) {
      const row = (image * (rows + 1) + Math.floor((y * rows) / height)) * (columns + 1);
      for (let x = 0; x < width; x++) at[i++] = row + Math.floor((x * columns) / width);
    }
  }
  return tf.tensor1d(at, 'int32');
}
