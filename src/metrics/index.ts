// `iad-tf/metrics`: metrics of anomaly detection and localisation, exact, on plain arrays. Undefined values are null.
export {
  type AggregateOptions,
  type CategoryMean,
  meanOverCategories,
  meanOverRepeats,
  type RepeatMean,
} from './aggregate.js';
export { areaUnderCurve } from './area.js';
export { type BinnedMetrics, type BinnedOptions, BinnedPixelAccumulator, type BinnedState } from './binned.js';
export type { ErrorBounds } from './binned-sums.js';
export { type DefectChannel, type DefectConfig, defectChannels, type Saturation, saturationArea } from './channels.js';
export { type Components, componentBoxes, connectedComponents } from './components.js';
export { type ConformalOptions, type ConformalThreshold, conformalPValues, conformalThreshold } from './conformal.js';
export {
  type ConfusionCounts,
  type ConfusionRates,
  confusionCounts,
  confusionRates,
  type ThresholdRule,
} from './confusion.js';
export {
  type CheapestThreshold,
  cheapestThreshold,
  type ErrorCosts,
  expectedCost,
  type OperatingCurve,
  operatingCurve,
} from './cost.js';
export { type PrCurve, prCurve, type RocCurve, rocCurve } from './curves.js';
export {
  bankBytes,
  type LatencySummary,
  latencySummary,
  type MemorySummary,
  memorySummary,
  type Throughput,
  throughput,
} from './efficiency.js';
export { MetricError, type MetricErrorCode } from './errors.js';
export { type Forgetting, forgettingMeasure } from './forgetting.js';
export { type Grid, imagesOf } from './grid.js';
export { auroc, averagePrecision, f1Max, type ImageLevelMetrics, imageMetrics, prAucTrapezoid } from './image.js';
export { type LocoAusproOptions, type LocoKind, type LocoValue, locoAuroc, locoAuspro } from './loco.js';
export type { Values } from './numbers.js';
export type { OfficialAuspro, RefinementRule } from './official-spro.js';
export { type NormalThreshold, type TprAtTnr, thresholdAtSigma, thresholdAtTnr, tprAtTnr } from './operating-point.js';
export type { Aupimo, AupimoOptions } from './pimo.js';
export {
  type AreaLimits,
  type AuproOptions,
  type AusproOptions,
  type CurveOptions,
  PixelAccumulator,
  type PixelOptions,
  type PixelResultOptions,
  type PixelSelection,
  type Protocol,
  pixelMetrics,
} from './pixel.js';
export type { OverlapCurve } from './pixel-curves.js';
export type { PixelState } from './pixel-state.js';
export type { PixelImage } from './pixel-store.js';
export type { PixelLevelMetrics } from './ranking-sums.js';
export { type BestMark, type BestOptions, markBest, type WelchTest, welchTest } from './significance.js';
export type { MeanIou, Overlaps } from './thresholded.js';
export {
  type BootstrapInterval,
  type BootstrapOptions,
  bootstrapImages,
  bootstrapPixels,
  type DelongOptions,
  delongInterval,
  type Interval,
} from './uncertainty.js';
