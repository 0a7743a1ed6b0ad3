// The images of the reference scripts that go through the Keras ResNet-50.
import type { Image } from '../../src/data/types.js';
import { Random } from '../../src/runtime/random.js';

/** 8 x 8 blocks of 0..199 of one seed, plus 0..31 a pixel of another. */
export function noisyBlocks(blockSeed: number, noiseSeed: number, size: number): Image {
  const blocks = new Random(blockSeed);
  const base = Array.from({ length: 8 * 8 * 3 }, () => blocks.uint32() % 200);
  const noise = new Random(noiseSeed);
  const data = Uint8Array.from({ length: size * size * 3 }, (_, at) => {
    const [row, column] = [Math.floor(at / 3 / size), Math.floor(at / 3) % size];
    const block = Math.floor((row * 8) / size) * 8 + Math.floor((column * 8) / size);
    return base[block * 3 + (at % 3)]! + (noise.uint32() % 32);
  });
  return { width: size, height: size, data };
}

/** Rows and columns 24..39 become 255, 0, 255. */
export function stained({ width, height, data }: Image): Image {
  const copy = data.slice();
  for (let y = 24; y < 40; y++) for (let x = 24; x < 40; x++) copy.set([255, 0, 255], 3 * (y * width + x));
  return { width, height, data: copy };
}
