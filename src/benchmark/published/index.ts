// Published numbers, to stand beside our own: every one with its table, and with what keeps it from being compared.

export { type PublishedComparison, publishedFor } from './compare.js';
export { type ComparedSetting, type OwnResult, type ProtocolDifference, protocolDifferences } from './differences.js';
export type { PublishedValue } from './parse.js';
export { PUBLISHED_SOURCES, type PublishedSource, type SourceId } from './sources.js';
export { type PublishedQuery, publishedValues } from './values.js';
