// The record that `predict --json` prints: one entry per image, with the facts needed to read the scores.
import { peakMemory } from '#platform/runtime/machine';
import { ensureBackend } from '../kernels/backend.js';
import type { AnomalyMethod, Prediction } from '../methods/types.js';
import { VERSION } from '../runtime/version.js';
import type { PredictionRecord, PredictionsRecord } from './types.js';

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
    schema: 'iad-tf/predictions@2',
    libraryVersion: VERSION,
    method: method.info.id,
    seed: method.config.seed,
    backend: `${backend.name} (${backend.device})`,
    backbone: method.backbone,
    learned: method.learned,
    thresholds: method.thresholds,
    falseAlarmRate: method.config.falseAlarmRate,
    peakMemory: peakMemory(),
    predictions,
  };
}
