// Pixels in and out of a geometry plan: the network's inputs from an image, the image's anomaly map from those of the views.

import { IadError } from '../runtime/errors.js';
import type { GeometryPlan } from './geometry.js';
import { interpolate } from './interpolate.js';
import { resizeBilinear, resizeNearest } from './resize.js';
import type { Image, Mask } from './types.js';

/** An anomaly map: [height, width], rows from the top. */
export interface AnomalyMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The image at the plan's scale; antialiased bilinear. Cut single views from it with `extractView`. */
export function resizeToPlan(image: Image, plan: GeometryPlan): Image {
  checkOriginal(image, plan, 'image');
  return resizeBilinear(image, ...plan.resized);
}

/**
 * One square input, cut from the scaled image.
 * @param resized from `resizeToPlan`
 * @returns RGB [inputSize, inputSize, 3], 0..255; zero outside of the image
 */
export function extractView(resized: Image, plan: GeometryPlan, index: number): Uint8Array {
  return cut(resized, plan, index, 3);
}

/** All square inputs of an image; memory: 3 * inputSize^2 bytes each. */
export function extractViews(image: Image, plan: GeometryPlan): Uint8Array[] {
  const resized = resizeToPlan(image, plan);
  return plan.views.map((_, index) => extractView(resized, plan, index));
}

/** The mask in the same squares: scaled by nearest neighbour. @returns [inputSize, inputSize] each, 0 or 1 */
export function maskViews(mask: Mask, plan: GeometryPlan): Uint8Array[] {
  checkOriginal(mask, plan, 'mask');
  const resized = resizeNearest(mask, ...plan.resized);
  return plan.views.map((_, index) => cut(resized, plan, index, 1));
}

function checkOriginal({ width, height }: Image | Mask, { original }: GeometryPlan, what: string): void {
  if (width === original[0] && height === original[1]) return;
  throw new IadError('BAD_ARGUMENT', `the plan is for ${original.join(' x ')}, the ${what} has ${width} x ${height}`);
}

function cut(from: Image | Mask, plan: GeometryPlan, index: number, channels: number): Uint8Array {
  const side = plan.inputSize;
  const out = new Uint8Array(side * side * channels);
  const { x, y, width, height } = overlap(plan, index);
  for (let row = y; row < y + height; row++) {
    const begin = (row * from.width + x) * channels;
    const view = plan.views[index]!;
    out.set(from.data.subarray(begin, begin + width * channels), ((row - view.y) * side + x - view.x) * channels);
  }
  return out;
}

/** The part of the scaled image that a view shows. */
function overlap(plan: GeometryPlan, index: number): { x: number; y: number; width: number; height: number } {
  const view = plan.views[index];
  if (!view) throw new IadError('BAD_ARGUMENT', `view ${index} of a plan with ${plan.views.length} views`);
  const x = Math.max(0, view.x);
  const y = Math.max(0, view.y);
  const right = Math.min(plan.resized[0], view.x + plan.inputSize);
  const bottom = Math.min(plan.resized[1], view.y + plan.inputSize);
  return { x, y, width: right - x, height: bottom - y };
}

/**
 * Puts the views' maps together at the scaled size. Where tiles overlap, each counts by a weight that falls linearly from
 * its middle to its border. What no view shows (outside of a centre crop) was not looked at and gets the map's minimum.
 * @param viewMaps one [inputSize, inputSize] per view, in the plan's order
 */
export function assembleMap(viewMaps: readonly Float32Array[], plan: GeometryPlan): AnomalyMap {
  checkViewMaps(viewMaps, plan);
  const [width, height] = plan.resized;
  const side = plan.inputSize;
  const sums = new Float64Array(width * height);
  const weights = new Float64Array(width * height);
  const ramp = Float64Array.from({ length: side }, (_, i) => Math.min(i + 1, side - i));
  let least = Number.POSITIVE_INFINITY;
  plan.views.forEach((view, index) => {
    const map = viewMaps[index]!;
    const part = overlap(plan, index);
    for (let y = part.y; y < part.y + part.height; y++) {
      for (let x = part.x; x < part.x + part.width; x++) {
        const value = map[(y - view.y) * side + x - view.x]!;
        const weight = ramp[y - view.y]! * ramp[x - view.x]!;
        sums[y * width + x]! += weight * value;
        weights[y * width + x]! += weight;
        if (value < least) least = value;
      }
    }
  });
  const data = Float32Array.from(sums, (sum, i) => (weights[i] === 0 ? least : sum / weights[i]!));
  return { width, height, data };
}

function checkViewMaps(viewMaps: readonly Float32Array[], plan: GeometryPlan): void {
  const size = plan.inputSize ** 2;
  if (viewMaps.length === plan.views.length && viewMaps.every((map) => map.length === size)) return;
  throw new IadError(
    'BAD_ARGUMENT',
    `${viewMaps.length} maps, the plan has ${plan.views.length} views of ${size} pixels`,
  );
}

/**
 * Brings an assembled map to the image's own size: bilinear with half-pixel centres and without antialiasing (torch
 * `interpolate(mode='bilinear', align_corners=False)`).
 * @param map from `assembleMap`
 */
export function mapToImage(
  map: AnomalyMap,
  plan: GeometryPlan,
  width: number = plan.original[0],
  height: number = plan.original[1],
): AnomalyMap {
  if (map.width !== plan.resized[0] || map.height !== plan.resized[1]) {
    throw new IadError(
      'BAD_ARGUMENT',
      `the map has ${map.width} x ${map.height}, the plan ${plan.resized.join(' x ')}`,
    );
  }
  return interpolate(map, width, height);
}

/**
 * A map in the geometry of `evaluationMap` at the image's own size: what `mapToImage` makes of it.
 * @param map from `evaluationMap` under the same plan
 */
export function imageMapOf(map: AnomalyMap, plan: GeometryPlan): AnomalyMap {
  return mapToImage(plan.views.length > 1 ? map : assembleMap([map.data], plan), plan);
}

/**
 * The mask in the geometry that pixel metrics are computed in: the input square where the plan has one view (crop,
 * stretch), the scaled size where it has several (tiles).
 */
export function evaluationMask(mask: Mask, plan: GeometryPlan): Mask {
  if (plan.views.length > 1) {
    checkOriginal(mask, plan, 'mask');
    return resizeNearest(mask, ...plan.resized);
  }
  const [data] = maskViews(mask, plan);
  return { width: plan.inputSize, height: plan.inputSize, data: data! };
}

/** The anomaly map in that same geometry. @param viewMaps one [inputSize, inputSize] per view, in the plan's order */
export function evaluationMap(viewMaps: readonly Float32Array[], plan: GeometryPlan): AnomalyMap {
  if (plan.views.length > 1) return assembleMap(viewMaps, plan);
  checkViewMaps(viewMaps, plan);
  return { width: plan.inputSize, height: plan.inputSize, data: viewMaps[0]! };
}
