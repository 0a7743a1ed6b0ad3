// CFLOW-AD's code of positions on a grid: what its density is conditioned on.
import { checkInteger } from '../../../kernels/checks.js';

/** Of the longest wave, in cells: 2 pi times this. */
const LONGEST = 10_000;

/**
 * Sines and cosines of column and row (Gudovskiy et al.: CFLOW-AD, WACV 2022, section 4.2; after Vaswani et al. 2017). The first half
 * of the channels encodes the column, the second the row; in each, even channels are sin(at w), odd ones cos(at w), with w from 1 down
 * to almost 1 / 10000, and `at` counted from 0.
 * @param channels a multiple of 4
 * @returns [height * width, channels], row-major
 * @throws IadError BAD_ARGUMENT for other channels
 */
export function positionalCode(height: number, width: number, channels: number): Float32Array {
  checkInteger('positionalCode', 'channels / 4', channels / 4, 1, 2 ** 20);
  const half = channels / 2;
  const code = new Float32Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = (y * width + x) * channels;
      for (let k = 0; k < half; k += 2) {
        const frequency = LONGEST ** (-k / half);
        code[start + k] = Math.sin(x * frequency);
        code[start + k + 1] = Math.cos(x * frequency);
        code[start + half + k] = Math.sin(y * frequency);
        code[start + half + k + 1] = Math.cos(y * frequency);
      }
    }
  }
  return code;
}
