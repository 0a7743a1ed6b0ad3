// The records that evaluations and predictions leave behind, as types; schema.ts says what their fields mean.
import type * as z from 'zod';
import type {
  evaluationSchema,
  imageMetrics,
  imageResult,
  normalPoints,
  operatingPoint,
  pixelMetrics,
  predictionResult,
  predictionsSchema,
  proCurve,
  saturated,
} from './schema.js';

/** Records are read, never changed. */
export type Frozen<T> = T extends object ? { readonly [Key in keyof T]: Frozen<T[Key]> } : T;

export type Evaluation = Frozen<z.infer<typeof evaluationSchema>>;
export type ImageMetrics = Frozen<z.infer<typeof imageMetrics>>;
export type PixelMetrics = Frozen<z.infer<typeof pixelMetrics>>;
export type OperatingPoint = Frozen<z.infer<typeof operatingPoint>>;
export type NormalPoints = Frozen<z.infer<typeof normalPoints>>;
export type Saturated = Frozen<z.infer<typeof saturated>>;
export type ProCurve = Frozen<z.infer<typeof proCurve>>;
export type ImageResult = Frozen<z.infer<typeof imageResult>>;
export type PredictionRecord = Frozen<z.infer<typeof predictionResult>>;
export type PredictionsRecord = Frozen<z.infer<typeof predictionsSchema>>;
