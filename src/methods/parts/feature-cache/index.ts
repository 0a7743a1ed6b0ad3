// Frozen features that are computed once: what methods that train on a backbone's output build on.
export { type FeatureCache, openFeatureCache } from './cache.js';
export { contentHash, type FrozenOptions, frozenFeatures } from './frozen.js';
export type { FeatureCacheOptions, FeatureInputs, FeatureKey, FeatureMap, FeatureMaps } from './types.js';
