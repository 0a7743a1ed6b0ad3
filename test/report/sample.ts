// A small made-up evaluation and the pictures to go with it.
import type { Evaluation, ImageResult } from '../../src/benchmark/types.js';
import type { ReportCase } from '../../src/report/types.js';

const HASH = 'ab'.repeat(32);
const METRICS = { auroc: 0.9, ap: 0.8, f1Max: 0.7, f1MaxThreshold: 1.5 };

export function result(
  id: string,
  label: 0 | 1 | -1,
  score: number,
  isAnomalous: boolean | null = score > 2,
): ImageResult {
  return { id, defectType: label === 1 ? 'scratch' : 'good', label, score, pValue: 0.25, isAnomalous };
}

export const IMAGES: readonly ImageResult[] = [
  result('test/good/0.png', 0, 1),
  result('test/good/1.png', 0, 2.2),
  result('test/good/2.png', 0, 2.6),
  result('test/scratch/0.png', 1, 1.8),
  result('test/scratch/1.png', 1, 1.2),
  result('test/scratch/2.png', 1, 3),
  result('test/scratch/3.png', 1, 4),
];

export function sampleEvaluation(changes: Partial<Evaluation> = {}): Evaluation {
  return {
    schema: 'iad-tf/evaluation@3',
    libraryVersion: '0.1.0',
    method: 'patchcore',
    config: { coresetRatio: 0.1, layers: ['layer2', 'layer3'] },
    seed: 7,
    backend: 'wasm',
    backbone: { id: 'resnet50.keras_in1k', hash: HASH },
    dataset: {
      name: 'nuts',
      layout: 'mvtec',
      split: 'as published',
      train: 20,
      testGood: 3,
      testAnomalous: 4,
      unlabelled: 0,
      validation: 0,
      setAside: 0,
    },
    image: METRICS,
    pixel: { ...METRICS, aupro: 0.6 },
    perDefect: { scratch: { count: 4, image: METRICS, pixel: { ...METRICS, aupro: 0.6 } } },
    saturated: null,
    proCurve: {
      fpr: [0, 0.1, 0.2, 0.6, 1],
      pro: [0, 0.5, 0.7, 0.9, 1],
      atThreshold: { threshold: 2, fpr: 0.15, pro: 0.6 },
    },
    operatingPoint: {
      threshold: 2,
      falseAlarmRate: 0.01,
      truePositives: 2,
      falsePositives: 2,
      trueNegatives: 1,
      falseNegatives: 2,
    },
    normalPoints: {
      from: 'held-out',
      scores: [1, 2],
      points: [{ tnr: 0.95, threshold: 2, achievedTnr: 1, tpr: 0.5, fnr: 0.5, fpr: 2 / 3, warning: null }],
    },
    timings: {
      fit: { features: 1500, coreset: 20 },
      predictTotal: 900,
      perImage: { decode: 5, features: 80, scoring: 9 },
      latency: { warmUp: 3, count: 4, mean: 89, sd: 2, min: 87, median: 89, p90: 91, p95: 91, p99: 92, max: 92 },
      latencyWithDecoding: null,
      imagesPerSecond: 7.8,
    },
    peakMemory: 300 * 2 ** 20,
    learned: [{ name: 'memory bank', shape: [100, 1536] }],
    images: IMAGES,
    warnings: [],
    ...changes,
  };
}

/** A grey image with a hot square in its map; `size` pixels wide and high. */
export function sampleCase(id: string, size = 16): ReportCase {
  const hot = Uint8Array.from({ length: size * size }, (_, i) => {
    return Math.hypot((i % size) - size / 2, Math.floor(i / size) - size / 2) < size / 4 ? 1 : 0;
  });
  const mask = { width: size, height: size, data: hot };
  return {
    id,
    image: { width: size, height: size, data: new Uint8Array(3 * size * size).fill(100) },
    map: Float32Array.from(hot, (flag) => 1 + 4 * flag),
    mask,
    truth: id.includes('good') ? null : mask,
  };
}
