// What a training leaves behind, as plain values, and a place for its checkpoints.
import * as tf from '@tensorflow/tfjs';
import type { CheckpointStore, Tensors, TrainingResult } from '../../src/methods/parts/training/index.js';

/** The bits of every number, by tensor. */
export function bits(tensors: Tensors): Record<string, number[]> {
  const entries = Object.entries(tensors).map(([name, tensor]) => [
    name,
    [...new Uint32Array(tensor.dataSync<'float32'>().slice().buffer)],
  ]);
  return Object.fromEntries(entries);
}

/** The result as plain values, its tensors disposed of. */
export function taken({ parameters, buffers, ...rest }: TrainingResult) {
  const plain = { ...rest, parameters: bits(parameters), buffers: bits(buffers) };
  tf.dispose([parameters, buffers]);
  return plain;
}

/** A store in memory, with all that was ever written. */
export function memoryStore(): CheckpointStore & { readonly written: Uint8Array[] } {
  const written: Uint8Array[] = [];
  return {
    path: 'memory',
    written,
    read: async () => written.at(-1),
    write: async (bytes) => {
      written.push(bytes);
    },
  };
}
