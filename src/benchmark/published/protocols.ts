// What the publications ran each method with, by the names that this library's configurations have for it.
import type { PublishedValue } from './parse.js';
import { publishedValues } from './values.js';

/** Fields of a method's configuration; `architecture` is that of its backbone. What a publication does not say is not there. */
export type PublishedConfig = Readonly<Record<string, number | string>>;

/** IM-IAD's Table V. */
const FIELDS: Readonly<Record<string, string>> = {
  training_epochs: 'epochs',
  batch_size: 'batchSize',
  image_size: 'inputSize',
  learning_rate: 'learningRate',
};

const IM_IAD_PATCHCORE: PublishedConfig = {
  architecture: 'wide_resnet50_2',
  patchSize: 3,
  dimension: 1024,
  neighbors: 1,
  reweight: 1,
};

const AUTOVI: Readonly<Record<string, PublishedConfig>> = {
  cflow: { epochs: 100, batchSize: 32 },
  draem: { epochs: 700, batchSize: 8 },
  dsr: { epochs: 500, batchSize: 8 },
  efficientad: { epochs: 250, batchSize: 1 },
  padim: { architecture: 'resnet18' },
  patchcore: { architecture: 'wide_resnet50_2', inputSize: 224, coresetRatio: 0.1, reweight: 9 },
};

/** The number of neighbours of a PatchCore that IM-IAD's Table XII studies; null for another method. */
export function neighboursIn(method: string | null): number | null {
  const found = /^PatchCore \(neighbours b=(\d+)\)$/.exec(method ?? '')?.[1];
  return found === undefined ? null : Number(found);
}

/** What is known of how a number came about; nothing of one that was copied from elsewhere. */
export function publishedConfig({ source, setting, method, methodId }: PublishedValue): PublishedConfig {
  if (setting === 'unsupervised:reported-elsewhere') return {};
  if (source === 'autovi') {
    const own = methodId !== null && Object.hasOwn(AUTOVI, methodId) ? AUTOVI[methodId] : {};
    // PatchCore's is cut after that: differences.ts says so.
    return methodId === 'patchcore' ? { ...own } : { inputSize: 256, geometry: 'stretch', ...own };
  }
  if (source !== 'im-iad') return {};
  const neighbours = neighboursIn(method);
  const id = neighbours === null ? methodId : 'patchcore';
  const patchCore = { ...IM_IAD_PATCHCORE, ...(neighbours !== null && { reweight: neighbours }) };
  return { geometry: 'stretch', ...tableV(id), ...(id === 'patchcore' && patchCore) };
}

const known = new Map<string, PublishedConfig>();

function tableV(methodId: string | null): PublishedConfig {
  if (methodId === null) return {};
  const before = known.get(methodId);
  if (before) return before;
  const rows = publishedValues({ source: 'im-iad', setting: 'hyperparameter', methodId });
  const config = Object.fromEntries(
    rows.flatMap(({ metric, value }) => (FIELDS[metric] ? [[FIELDS[metric], value]] : [])),
  );
  known.set(methodId, config);
  return config;
}
