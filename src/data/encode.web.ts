// PNG files from pixels: not in a browser, where a canvas shows them and writes them.
import { IadError } from '../runtime/errors.js';
import type { PixelArray } from './encode.js';

/** @throws IadError `NODE_ONLY` always */
export function encodePng(_pixels: PixelArray, _kind: 'image' | 'mask' = 'image'): Uint8Array {
  throw new IadError('NODE_ONLY', 'encodePng runs in Node', { hint: 'In a browser draw on a canvas and use toBlob.' });
}
