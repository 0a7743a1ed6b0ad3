// patchEmbed from stock tfjs ops: the terms of every output are gathered one after the other from the unfolded layer.
import type { Tensor2D, Tensor3D, Tensor4D, TensorInfo } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { gridTensor } from '../grids.js';
import type { KernelCall } from '../registry.js';
import { embedOf, layerName } from './call.js';
import type { LayerPooling } from './plan.js';

export function patchEmbedComposite(call: KernelCall): TensorInfo[] {
  const { layers, poolings, patchSize, shape } = embedOf(call);
  const [first] = layers;
  return tf.tidy(() => {
    let embedding: Tensor3D | null = null;
    for (const [index, pooling] of poolings.entries()) {
      const pooled = pool(gridTensor(call, layerName(index)), pooling, patchSize);
      const isSame = pooled.shape[1] === first?.height && pooled.shape[2] === first.width;
      const size: [number, number] = [first?.height ?? 1, first?.width ?? 1];
      const resized = isSame ? pooled : tf.image.resizeBilinear(pooled, size, false, true);
      const rows = resized.reshape<Tensor3D>([shape[0], shape[1], pooling.outputs]);
      embedding = embedding ? join(embedding, rows, pooling.isShared) : rows;
    }
    return embedding ? [embedding] : [];
  });
}

function pool(layer: Tensor4D, pooling: LayerPooling, patchSize: number): Tensor4D {
  const [batch, height, width, channels] = layer.shape;
  const pad = (patchSize - 1) / 2;
  const padded = layer.pad([
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
  const taps = Array.from({ length: patchSize ** 2 }, (_, tap) =>
    padded.slice([0, Math.floor(tap / patchSize), tap % patchSize, 0], [batch, height, width, channels]),
  );
  // A column of zeros at the end, which outputs of fewer terms than others take.
  const zero = tf.zeros<tf.Rank.R4>([batch, height, width, 1]);
  const unfolded = tf.concat([...taps, zero], 3).reshape<Tensor2D>([batch * height * width, -1]);
  const { start, outputs } = pooling;
  const counts = Array.from({ length: outputs }, (_, r) => start[r + 1]! - start[r]!);
  let sum = tf.zeros<tf.Rank.R2>([batch * height * width, outputs]);
  // One by one: addN fails on WebGPU where there are more terms than a shader may bind.
  for (let term = 0; term < Math.max(...counts); term++) {
    const before = sum;
    sum = tf.tidy(() => {
      const entries = counts.map((count, r) => (term < count ? start[r]! + term : -1));
      const places = entries.map((e) =>
        e < 0 ? patchSize ** 2 * channels : pooling.tap[e]! * channels + pooling.channel[e]!,
      );
      const weights = entries.map((e) => (e < 0 ? 0 : pooling.weight[e]!));
      const weighted = tf.gather(unfolded, tf.tensor1d(places, 'int32'), 1).mul<Tensor2D>(tf.tensor1d(weights));
      return before.add<Tensor2D>(weighted);
    });
    before.dispose();
  }
  return sum.reshape([batch, height, width, outputs]);
}

/** Puts a layer's values behind those of the layers before it; a shared one is added. */
function join(before: Tensor3D, rows: Tensor3D, isShared: boolean): Tensor3D {
  if (!isShared) return tf.concat3d([before, rows], 2);
  const last = before.shape[2] - 1;
  const shared = tf.add<Tensor3D>(before.slice([0, 0, last], [-1, -1, 1]), rows.slice([0, 0, 0], [-1, -1, 1]));
  return tf.concat3d([before.slice([0, 0, 0], [-1, -1, last]), shared, rows.slice([0, 0, 1], [-1, -1, -1])], 2);
}
