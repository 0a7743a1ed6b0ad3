// A kernel by itself, without a method: which patch of an image is least like any patch of a good one? Here a patch is its pixels.
//   npx tsx examples/kernel.ts good.png other.png
import process from 'node:process';
import * as tf from '@tensorflow/tfjs';
import { useBackend } from 'iad-tf';
import { loadImage } from 'iad-tf/data';
import { topKNeighbors } from 'iad-tf/kernels';

const SIDE = 8;
const [good = 'good.png', other = 'other.png'] = process.argv.slice(2);

/** Every patch as a row, [patches, values]; `columns` of them lie side by side. */
async function patchesOf(file: string): Promise<{ patches: tf.Tensor2D; columns: number }> {
  const { width, height, data } = await loadImage(file);
  const [rows, columns] = [Math.floor(height / SIDE), Math.floor(width / SIDE)];
  const patches = tf.tidy(() => {
    const whole = tf.tensor3d(data, [height, width, 3], 'float32').slice([0, 0], [rows * SIDE, columns * SIDE]);
    const cells = whole.reshape([rows, SIDE, columns, SIDE * 3]).transpose([0, 2, 1, 3]);
    return cells.reshape<tf.Tensor2D>([rows * columns, SIDE * SIDE * 3]);
  });
  return { patches, columns };
}

const { name } = await useBackend();
const bank = await patchesOf(good);
const asked = await patchesOf(other);
const found = topKNeighbors(asked.patches, bank.patches, 1);
const distances = await found.distances.data();
const worst = distances.indexOf(Math.max(...distances));
const [x, y] = [(worst % asked.columns) * SIDE, Math.floor(worst / asked.columns) * SIDE];
console.log(`${name}: the patch at ${x},${y} differs most, by ${distances[worst]?.toFixed(0)}`);
tf.dispose([bank.patches, asked.patches, found.distances, found.rows]);
