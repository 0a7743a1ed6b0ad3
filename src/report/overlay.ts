// Anomaly maps as pictures: heat laid over the image, outlines of masks, and the one colour scale they all share.
import type { Image, Mask } from '../data/types.js';
import { IadError } from '../runtime/errors.js';
import { colorAt, type Rgb } from './colormap.js';
import type { ColorScale } from './types.js';

/** Outline of what the model flags. */
export const PREDICTED_COLOR: Rgb = [0, 224, 255];
/** Outline of the true defect. */
export const TRUTH_COLOR: Rgb = [96, 255, 64];

export interface OverlayOptions {
  readonly scale: ColorScale;
  /** Outlined inside its border. */
  readonly mask?: Mask | null;
  /** Outlined outside its border, so that it stays visible where both agree. */
  readonly truth?: Mask | null;
  /** Of the heat at the scale's high end, 0..1; default 0.75. It falls to 0 towards the low end. */
  readonly opacity?: number;
}

/**
 * The image under a heat layer whose opacity rises with the map, so that ordinary surface stays as it is.
 * @param map [height, width] at the image's size; NaN counts as the scale's low end
 * @throws IadError BAD_ARGUMENT where sizes differ
 */
export function renderOverlay(image: Image, map: Float32Array, options: OverlayOptions): Image {
  const { width, height } = image;
  checkLength('map', map.length, width * height);
  const { scale, mask, truth, opacity = 0.75 } = options;
  // Not slice(), which shares the memory of a Buffer.
  const data = Uint8Array.from(image.data);
  for (let i = 0; i < map.length; i++) {
    const t = position(map[i]!, scale);
    // Smoothstep: the unrest of good surface near the low end stays invisible.
    blend(data, i, colorAt(t), opacity * t * t * (3 - 2 * t));
  }
  const thickness = lineWidth(width, height);
  if (truth) paint(data, outerBorder(checked('truth', truth, image), thickness), TRUTH_COLOR);
  if (mask) paint(data, innerBorder(checked('mask', mask, image), thickness), PREDICTED_COLOR);
  return { width, height, data };
}

/**
 * The image with the true defect tinted and outlined.
 * @throws IadError BAD_ARGUMENT where sizes differ
 */
export function renderTruth(image: Image, truth: Mask): Image {
  const { width, height } = image;
  const { data: defect } = checked('truth', truth, image);
  const data = Uint8Array.from(image.data);
  for (let i = 0; i < defect.length; i++) if (defect[i]) blend(data, i, TRUTH_COLOR, 0.25);
  paint(data, outerBorder(truth, lineWidth(width, height)), TRUTH_COLOR);
  return { width, height, data };
}

/**
 * The map alone in colours.
 * @param map [height, width]
 * @throws IadError BAD_ARGUMENT where the length does not fit
 */
export function heatmapImage(map: Float32Array, width: number, height: number, scale: ColorScale): Image {
  checkLength('map', map.length, width * height);
  const data = new Uint8Array(3 * map.length);
  for (let i = 0; i < map.length; i++) data.set(colorAt(position(map[i]!, scale)), 3 * i);
  return { width, height, data };
}

/** The colour bar, low end on the left. */
export function legend(width: number, height: number): Image {
  const ramp = Float32Array.from({ length: width * height }, (_, i) => (i % width) / Math.max(1, width - 1));
  return heatmapImage(ramp, width, height, { low: 0, high: 1 });
}

/**
 * The scale for all pictures of a report. Its low end is the median pixel of good images: what is ordinary stays
 * colourless. With a pixel threshold its high end lies as far above the threshold as the low end lies below, which puts
 * the threshold in the middle of the colours; without one, it is the largest value on good images doubled in distance.
 * A single anomalous image never sets it, so a strong colour means the same everywhere.
 * @param goodMaps maps of good images, any sizes; without any, of whatever images there are
 * @param pixelThreshold the model's own, in map units; null without calibration
 */
export function commonScale(goodMaps: readonly Float32Array[], pixelThreshold: number | null): ColorScale {
  // Every map gives at most 4096 evenly spaced values: the median of millions of pixels needs no more.
  const values = goodMaps.flatMap((map) => {
    const step = Math.max(1, Math.floor(map.length / 4096));
    return Array.from(map.filter((value, i) => i % step === 0 && Number.isFinite(value)));
  });
  values.sort((a, b) => a - b);
  const low = values[values.length >> 1] ?? 0;
  const threshold = pixelThreshold !== null && pixelThreshold > low ? pixelThreshold : null;
  const reach = threshold ?? values.at(-1) ?? low;
  const high = reach > low ? low + 2 * (reach - low) : low + Math.max(1e-6, Math.abs(low) * 1e-3);
  return { low, high, threshold };
}

/** Where a value lies on the scale, clamped to 0..1. */
function position(value: number, { low, high }: ColorScale): number {
  const t = (value - low) / (high - low);
  return t > 0 ? Math.min(t, 1) : 0;
}

function blend(data: Uint8Array, pixel: number, color: Rgb, alpha: number): void {
  if (alpha === 0) return;
  for (let k = 0; k < 3; k++) {
    const at = 3 * pixel + k;
    data[at] = Math.round(data[at]! + alpha * (color[k]! - data[at]!));
  }
}

function paint(data: Uint8Array, pixels: Uint8Array, color: Rgb): void {
  for (let i = 0; i < pixels.length; i++) if (pixels[i]) data.set(color, 3 * i);
}

function lineWidth(width: number, height: number): number {
  return Math.max(1, Math.round(Math.min(width, height) / 200));
}

/** The set's outermost pixels (4-neighbourhood), `thickness` rings deep; the picture's edge counts as outside. */
function innerBorder({ width, height, data }: Mask, thickness: number): Uint8Array {
  const border = new Uint8Array(data.length);
  let set = data;
  for (let ring = 0; ring < thickness; ring++) {
    const next = set.slice();
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (!set[i]) continue;
        const inside =
          x > 0 &&
          x < width - 1 &&
          y > 0 &&
          y < height - 1 &&
          set[i - 1] &&
          set[i + 1] &&
          set[i - width] &&
          set[i + width];
        if (inside) continue;
        border[i] = 1;
        next[i] = 0;
      }
    }
    set = next;
  }
  return border;
}

/** The pixels around the set, `thickness` rings wide. */
function outerBorder({ width, height, data }: Mask, thickness: number): Uint8Array {
  const border = new Uint8Array(data.length);
  let set = data;
  for (let ring = 0; ring < thickness; ring++) {
    const next = set.slice();
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (set[i]) continue;
        const touches =
          (x > 0 && set[i - 1]) ||
          (x < width - 1 && set[i + 1]) ||
          (y > 0 && set[i - width]) ||
          (y < height - 1 && set[i + width]);
        if (!touches) continue;
        border[i] = 1;
        next[i] = 1;
      }
    }
    set = next;
  }
  return border;
}

function checked(what: string, mask: Mask, image: Image): Mask {
  if (mask.width !== image.width || mask.height !== image.height) {
    throw new IadError(
      'BAD_ARGUMENT',
      `${what} is ${mask.width} x ${mask.height}, the image ${image.width} x ${image.height}`,
      { hint: "Give maps and masks at the image's own size." },
    );
  }
  return mask;
}

function checkLength(what: string, length: number, pixels: number): void {
  if (length !== pixels) {
    throw new IadError('BAD_ARGUMENT', `${what} has ${length} values for ${pixels} pixels`, {
      hint: "Give maps and masks at the image's own size.",
    });
  }
}
