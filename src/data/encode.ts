// What can be written as an image file.

export interface PixelArray {
  readonly width: number;
  readonly height: number;
  /** RGB [height, width, 3], grey [height, width] or mask [height, width] */
  readonly data: Uint8Array;
}

export { encodePng } from '#platform/data/encode';
