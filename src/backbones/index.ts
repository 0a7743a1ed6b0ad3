// Frozen feature extractors: weights by name or by file, and the graphs that run them.
export {
  listWeights,
  type PullOptions,
  pullWeights,
  resolveWeights,
  verifyWeights,
  type WeightsStatus,
  weightsPath,
} from '#platform/backbones/store';
export { lastLayer, layerChannels, layerNames, layerSide, layerStride } from './architecture.js';
export {
  architectureOf,
  CATALOGUE,
  type CatalogueEntry,
  catalogueEntry,
  type WeightsSource,
} from './catalogue.js';
export { type BackboneOptions, type ConvPadding, createBackbone } from './graph.js';
export type * from './types.js';
