// Puts a score and view maps together to what the caller sees: map, mask, regions, verdict.
import ndarray from 'ndarray';
import type { GeometryPlan } from '../../data/geometry.js';
import { assembleMap, evaluationMap, mapToImage } from '../../data/views.js';
import { connectedComponents } from '../../metrics/index.js';
import type { MapSize, Prediction, PredictTimings, Region } from '../types.js';
import { type Calibration, conformalPValue, type Rates, thresholdsOf } from './calibration.js';

export interface Scored {
  readonly id: string;
  readonly score: number;
  /** One map [inputSize, inputSize] per view. */
  readonly viewMaps: readonly Float32Array[];
  readonly plan: GeometryPlan;
  readonly timings: PredictTimings;
}

export function toPrediction(scored: Scored, calibration: Calibration | null, rates: Rates, size: MapSize): Prediction {
  const { id, score, plan, timings } = scored;
  const map =
    size === 'input' ? evaluationMap(scored.viewMaps, plan) : mapToImage(assembleMap(scored.viewMaps, plan), plan);
  const shape = [map.height, map.width];
  const base = { id, score, map: ndarray(map.data, shape), timings };
  if (!calibration) return { ...base, isAnomalous: null, threshold: null, pValue: null, mask: null, regions: [] };
  const { image: threshold, pixel: pixelThreshold } = thresholdsOf(calibration, rates);
  const mask = Uint8Array.from(map.data, (value) => (value > pixelThreshold ? 1 : 0));
  return {
    ...base,
    isAnomalous: score > threshold,
    threshold,
    pValue: conformalPValue(calibration.scores, score),
    mask: ndarray(mask, shape),
    regions: regionsOf(mask, map.data, map.width, map.height),
  };
}

/** Connected flagged pixels (8-connectivity), largest peak first. */
export function regionsOf(mask: Uint8Array, map: Float32Array, width: number, height: number): Region[] {
  const { labels, areas } = connectedComponents(mask, width, height);
  const boxes = Array.from(areas, (area) => ({
    left: width,
    top: height,
    right: -1,
    bottom: -1,
    area,
    peak: -Infinity,
  }));
  labels.forEach((label, at) => {
    const box = boxes[label - 1];
    if (!box) return;
    const x = at % width;
    const y = (at - x) / width;
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
    box.peak = Math.max(box.peak, map[at]!);
  });
  return boxes
    .map(
      ({ left, top, right, bottom, area, peak }): Region => ({
        box: [left, top, right - left + 1, bottom - top + 1],
        area,
        peak,
      }),
    )
    .sort((a, b) => b.peak - a.peak);
}
