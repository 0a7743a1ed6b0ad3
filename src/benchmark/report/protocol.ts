// In what the run behind a published number differs from ours, as far as the publication tells and the configuration shows.
import { publishedValues, type SourceId } from '../published/index.js';
import type { Setting } from '../settings/index.js';
import type { Contender, Study } from './gather.js';

/** What a publication says of how it ran a method. */
interface PrintedRun {
  readonly backbone?: string;
  readonly inputSize?: number;
  /** `stretch`: to a square, aspect ratio not kept. */
  readonly geometry?: 'stretch' | 'crop';
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly coresetRatio?: number;
  readonly neighbors?: number;
}

const AUTOVI_RUNS: Readonly<Record<string, PrintedRun>> = {
  patchcore: {
    backbone: 'wide_resnet50_2',
    inputSize: 224,
    geometry: 'crop',
    coresetRatio: 0.1,
    neighbors: 9,
    batchSize: 32,
  },
  padim: { backbone: 'resnet18', inputSize: 256, geometry: 'stretch', batchSize: 32 },
  cflow: { inputSize: 256, geometry: 'stretch', epochs: 100, batchSize: 32 },
};

function printedRun(source: SourceId, method: string): PrintedRun {
  if (source === 'autovi') return AUTOVI_RUNS[method] ?? {};
  if (source !== 'im-iad') return {};
  const printed = (metric: string) => publishedValues({ source, table: 'V', metric, methodId: method })[0]?.value;
  const [inputSize, epochs, batchSize, learningRate] = [
    printed('image_size'),
    printed('training_epochs'),
    printed('batch_size'),
    printed('learning_rate'),
  ];
  return {
    geometry: 'stretch',
    ...(method === 'patchcore' && { backbone: 'wide_resnet50_2' }),
    ...(inputSize !== undefined && { inputSize }),
    ...(epochs !== undefined && { epochs }),
    ...(batchSize !== undefined && { batchSize }),
    ...(learningRate !== undefined && { learningRate }),
  };
}

const GEOMETRIES: Readonly<Record<string, string>> = {
  stretch: 'stretched to a square',
  crop: 'the central square',
  tile: 'in tiles',
};

const NAMES = {
  inputSize: 'input size',
  epochs: 'epochs',
  batchSize: 'batch size',
  learningRate: 'learning rate',
  coresetRatio: 'coreset ratio',
  neighbors: 'neighbours',
} as const;

/** Where ours and the published run are known to differ; none does not mean that they are the same. */
export function runDifferences(source: SourceId, { id, backbone, config }: Contender, study: Study): string[] {
  const printed = printedRun(source, id);
  const found: string[] = [];
  if (printed.backbone !== undefined && backbone !== null && !backbone.startsWith(printed.backbone)) {
    found.push(`backbone ${backbone}, published ${printed.backbone}`);
  }
  const { geometry } = config;
  if (printed.geometry !== undefined && typeof geometry === 'string' && geometry !== printed.geometry) {
    found.push(`images ${GEOMETRIES[geometry] ?? geometry}, published ${GEOMETRIES[printed.geometry]}`);
  }
  for (const key of ['inputSize', 'epochs', 'batchSize', 'learningRate', 'coresetRatio', 'neighbors'] as const) {
    const [ours, theirs] = [config[key], printed[key]];
    if (typeof ours === 'number' && theirs !== undefined && ours !== theirs) {
      found.push(`${NAMES[key]} ${ours}, published ${theirs}`);
    }
  }
  return [...found, ...protocolDifferences(source, study)];
}

function protocolDifferences(source: SourceId, { repeats, setting }: Study): string[] {
  const runs = { 'im-iad': 1, autovi: 8, tao: null, cui: null }[source];
  const ours = repeats.length;
  return [
    ...(runs !== null && runs !== ours ? [`${ours} ${ours === 1 ? 'run' : 'runs'}, published ${runs}`] : []),
    ...(source === 'im-iad' && isDrawn(setting) ? ['other images drawn; the published draws cannot be repeated'] : []),
  ];
}

function isDrawn({ kind }: Setting): boolean {
  return kind === 'few-shot' || kind === 'noisy' || kind === 'supervised';
}
