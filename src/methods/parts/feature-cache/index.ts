// Frozen features that are computed once: what methods that train on a backbone's output build on.
export { type FeatureCache, openFeatureCache } from './cache.js';
export { type FrozenOptions, frozenFeatures } from './frozen.js';
export type { FeatureCacheOptions, FeatureKey, FeatureMap, FeatureMaps } from './types.js';
