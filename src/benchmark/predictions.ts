// The record that `predict --json` prints: one entry per image, with the facts needed to read the scores.
import { peakMemory } from '#platform/runtime/machine';
import type { AnomalyMethod, Prediction, PredictTimings, Region } from '../methods/types.js';
import { ensureBackend } from '../runtime/backend.js';
import { VERSION } from '../runtime/version.js';

export interface PredictionRecord {
  readonly id: string;
  readonly score: number;
  readonly isAnomalous: boolean | null;
  readonly pValue: number | null;
  readonly regions: readonly Region[];
  readonly timings: PredictTimings;
}

export interface PredictionsRecord {
  readonly schema: 'iad-tf/predictions@1';
  readonly libraryVersion: string;
  readonly method: string;
  readonly seed: number;
  readonly backend: string;
  readonly backbone: { readonly id: string; readonly hash: string };
  readonly memoryBank: { readonly rows: number; readonly columns: number };
  /** Scores above `image` are flagged, map values above `pixel` are masked; null without calibration. */
  readonly thresholds: AnomalyMethod['thresholds'];
  readonly falseAlarmRate: number;
  /** Bytes; null where it cannot be read. */
  readonly peakMemory: number | null;
  readonly predictions: readonly PredictionRecord[];
}

/** A prediction without its map. */
export function predictionRecord(prediction: Prediction): PredictionRecord {
  const { id, score, isAnomalous, pValue, regions, timings } = prediction;
  return { id, score, isAnomalous, pValue, regions, timings };
}

export async function predictionsRecord(
  method: AnomalyMethod,
  predictions: readonly PredictionRecord[],
): Promise<PredictionsRecord> {
  const backend = await ensureBackend();
  return {
    schema: 'iad-tf/predictions@1',
    libraryVersion: VERSION,
    method: method.info.id,
    seed: method.config.seed,
    backend: `${backend.name} (${backend.device})`,
    backbone: method.backbone,
    memoryBank: method.memoryBank,
    thresholds: method.thresholds,
    falseAlarmRate: method.config.falseAlarmRate,
    peakMemory: peakMemory(),
    predictions,
  };
}
