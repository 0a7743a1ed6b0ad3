// Images, geometry and datasets: the entry `iad-tf/data`.
export { listImages } from '#platform/data/files';
export * from './augment/index.js';
export { type DatasetOptions, type FileList, Folder, indexDataset, type LayoutName, openDataset } from './dataset.js';
export { encodePng, type PixelArray } from './encode.js';
export { type GeometryConfig, type GeometryPlan, planGeometry } from './geometry.js';
export { type DecodeOptions, decodeImage } from './image.js';
export type { MtdSplit } from './layouts/mtd.js';
export { loadImage, loadMask } from './load.js';
export { resizeBilinear, resizeNearest } from './resize.js';
export * from './synth/index.js';
export type { Dataset, Image, ImageSource, Mask, MaskRule, MaskSource, Sample, Split } from './types.js';
export { type VerifyReport, verifyDataset } from './verify.js';
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
