// Images, geometry and datasets: the entry `iad-tf/data`.
export { listImages } from '#platform/data/files';
export * from './augment/index.js';
export {
  type Collection,
  type DatasetOptions,
  type FileList,
  Folder,
  indexDataset,
  type OpenOptions,
  openCollection,
  openDataset,
  readCollection,
} from './dataset.js';
export { encodePng, type PixelArray } from './encode.js';
export { type GeometryConfig, type GeometryPlan, planGeometry } from './geometry.js';
export { type DecodeOptions, decodeImage } from './image.js';
export { type CategoryReport, type InspectReport, inspectDataset } from './inspect.js';
export type { Counts } from './layouts/counts.js';
export type { LayoutName } from './layouts/layout.js';
export { DatasetError, type DatasetProblem } from './layouts/problems.js';
export {
  KNOWN_DATASETS,
  type KnownDataset,
  type PublishedCategory,
  type PublishedCounts,
  type SizeRange,
} from './layouts/published.js';
export { LAYOUT_NAMES } from './layouts/registry.js';
export { loadDefectChannels, loadImage, loadMask } from './load.js';
export { resizeBilinear, resizeNearest } from './resize.js';
export * from './synth/index.js';
export type { Dataset, Image, ImageSource, Mask, MaskRule, MaskSource, Sample, Split } from './types.js';
export { type PartReport, type VerifyReport, verifyDataset } from './verify.js';
export {
  type AnomalyMap,
  assembleMap,
  evaluationMap,
  evaluationMask,
  extractView,
  extractViews,
  mapToImage,
  maskViews,
  resizeToPlan,
} from './views.js';
