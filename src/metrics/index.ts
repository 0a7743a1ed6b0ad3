// `iad-tf/metrics`: metrics of anomaly detection and localisation, exact, on plain arrays. Undefined values are null.
export { type Components, componentBoxes, connectedComponents } from './components.js';
export {
  type ConfusionCounts,
  type ConfusionRates,
  confusionCounts,
  confusionRates,
  type ThresholdRule,
} from './confusion.js';
export { type PrCurve, prCurve, type RocCurve, rocCurve } from './curves.js';
export { MetricError, type MetricErrorCode } from './errors.js';
export { auroc, averagePrecision, f1Max, type ImageLevelMetrics, imageMetrics, prAucTrapezoid } from './image.js';
export { type NormalThreshold, type TprAtTnr, thresholdAtTnr, tprAtTnr } from './operating-point.js';
export {
  aupro,
  PixelAccumulator,
  type PixelImage,
  type PixelLevelMetrics,
  type PixelResultOptions,
  type PixelSelection,
  pixelMetrics,
} from './pixel.js';
