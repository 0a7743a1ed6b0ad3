// How an image of any size becomes the network's square inputs: sizes and offsets as plain data, no pixels.
import { IadError } from '../runtime/errors.js';
import { MAX_PIXELS } from './image.js';

export interface GeometryConfig {
  /**
   * `crop`: short side scaled to `resize`, then a centre crop (PatchCore paper). `stretch`: both sides scaled to the
   * input size, the aspect ratio is lost. `tile`: short side scaled to `resize`, then overlapping tiles over everything.
   */
  mode: 'crop' | 'stretch' | 'tile';
  /**
   * Short side after scaling, pixels. null keeps the image's own resolution (`tile`: but at least the input size on the
   * short side). Ignored by `stretch`.
   */
  resize: number | null;
  /** Side of the network's input, pixels. */
  inputSize: number;
  /** Least share of a tile's side that it has in common with its neighbour, 0..0.75; only for `tile`. */
  tileOverlap: number;
}

export interface GeometryPlan {
  /** [width, height] of the image that the plan is for. */
  readonly original: readonly [number, number];
  /** [width, height] after scaling. */
  readonly resized: readonly [number, number];
  /** Left upper corners of the square inputs in the scaled image; negative where a crop is padded with zeros. */
  readonly views: readonly { readonly x: number; readonly y: number }[];
  readonly inputSize: number;
}

/**
 * Plans the views of an image of width x height pixels. Scaling and cropping round as torchvision's
 * `Resize` and `CenterCrop` do.
 * @throws IadError `BAD_CONFIG` for a field out of range; `IMAGE_TOO_LARGE` if the scaled image would have over 100
 *   million pixels, which only a very narrow strip does
 */
export function planGeometry(width: number, height: number, config: GeometryConfig): GeometryPlan {
  checkConfig(config);
  const { mode, resize, inputSize, tileOverlap } = config;
  const original = [width, height] as const;
  if (mode === 'stretch') return { original, resized: [inputSize, inputSize], views: [{ x: 0, y: 0 }], inputSize };
  const short = resize ?? Math.min(width, height);
  const resized = scaleShortSide(width, height, mode === 'tile' ? Math.max(short, inputSize) : short);
  if (resized[0] * resized[1] > MAX_PIXELS) {
    throw new IadError('IMAGE_TOO_LARGE', `${width} x ${height} pixels would be scaled to ${resized.join(' x ')}`, {
      hint: 'Use the geometry "stretch", or cut the image into pieces.',
    });
  }
  if (mode === 'crop') {
    return {
      original,
      resized,
      views: [{ x: cropOffset(resized[0], inputSize), y: cropOffset(resized[1], inputSize) }],
      inputSize,
    };
  }
  const stride = Math.max(1, Math.floor(inputSize * (1 - tileOverlap)));
  const columns = tileOffsets(resized[0], inputSize, stride);
  const views = tileOffsets(resized[1], inputSize, stride).flatMap((y) => columns.map((x) => ({ x, y })));
  return { original, resized, views, inputSize };
}

function checkConfig({ mode, resize, inputSize, tileOverlap }: GeometryConfig): void {
  const fail = (path: string, what: string) => new IadError('BAD_CONFIG', what, { path });
  if (!isSide(inputSize)) throw fail('inputSize', `${inputSize}, must be a whole number from 1 to 8192`);
  if (resize !== null && !isSide(resize))
    throw fail('resize', `${resize}, must be null or a whole number from 1 to 8192`);
  if (mode !== 'tile') return;
  if (!(tileOverlap >= 0 && tileOverlap <= 0.75)) throw fail('tileOverlap', `${tileOverlap}, must be from 0 to 0.75`);
  if (resize !== null && resize < inputSize) {
    throw fail('resize', `${resize}, must be at least the tile's side ${inputSize}`);
  }
}

function isSide(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 8192;
}

function scaleShortSide(width: number, height: number, short: number): readonly [number, number] {
  return width <= height
    ? [short, Math.trunc((short * height) / width)]
    : [Math.trunc((short * width) / height), short];
}

/** torchvision's CenterCrop: Python's `round`, which takes halves to the even neighbour; padding splits downwards. */
function cropOffset(size: number, crop: number): number {
  if (size < crop) return -Math.floor((crop - size) / 2);
  const half = (size - crop) / 2;
  const down = Math.floor(half);
  return half - down === 0.5 && down % 2 === 1 ? down + 1 : down;
}

/** Offsets from 0 to flush with the far border, evenly spread, no step over `stride`. */
function tileOffsets(size: number, tile: number, stride: number): number[] {
  const room = size - tile;
  const steps = Math.ceil(room / stride);
  return Array.from({ length: steps + 1 }, (_, i) => (steps === 0 ? 0 : Math.floor((i * room) / steps)));
}
