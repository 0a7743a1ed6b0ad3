// In what a published number and one of our own came about differently, as far as the publication tells.
import { CATALOGUE } from '../../backbones/catalogue.js';
import type { Setting } from '../settings/config.js';
import type { PublishedValue } from './parse.js';
import { publishedConfig } from './protocols.js';

/** What a number of our own is of: a setting, or the four whose mean IM-IAD takes in its Table XIII. */
export type ComparedSetting = Setting | { readonly kind: 'mean-of-four' };

/** A number of our own, as far as it decides what it can be compared with. */
export interface OwnResult {
  /** As `datasetId` gives it. */
  readonly dataset: string;
  /** As opened: `given`, `differnet`, ... */
  readonly split: string;
  readonly setting: ComparedSetting;
  /** As published ones are called: `image_auroc`, `image_ap`, `pixel_auroc`, `pixel_ap`, `pixel_aupro_0.3`, ... */
  readonly metric: string;
  /** `mean` for the mean over all categories of the dataset; of LOCO also `logical` and `structural`. */
  readonly category: string;
  readonly methodId: string;
  /** The method's full configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Runs that the number is the mean of. */
  readonly repeats: number;
}

export interface ProtocolDifference {
  /** `source`: what the publication itself leaves open or contradicts. */
  readonly point: 'data' | 'setting' | 'method' | 'evaluation' | 'source';
  readonly text: string;
  /** Another resolution, split, backbone or definition of the metric: the number must not share a column with ours. */
  readonly apart: boolean;
}

type Rule = (row: PublishedValue, own: OwnResult) => ProtocolDifference[];

/** What differs, or is not known to agree. Empty: nothing that is known does. */
export function protocolDifferences(row: PublishedValue, own: OwnResult): ProtocolDifference[] {
  return RULES.flatMap((rule) => rule(row, own));
}

const isPixel = ({ metric }: PublishedValue) => metric.startsWith('pixel_') || metric.startsWith('fm_pixel_');
const isCopied = ({ source, setting }: PublishedValue) =>
  source === 'tao' || source === 'cui' || setting === 'unsupervised:reported-elsewhere';

function when(
  holds: boolean,
  point: ProtocolDifference['point'],
  text: string,
  apart: 'apart' | 'together' = 'together',
): ProtocolDifference[] {
  return holds ? [{ point, text, apart: apart === 'apart' }] : [];
}

const copied: Rule = (row) =>
  when(
    isCopied(row),
    'source',
    'collected from other publications, whose resolution, backbone and protocol are not known',
    'apart',
  );

const note: Rule = (row) => when(row.note !== null, 'source', row.note ?? '');

/** Images whose two sides differ, of which IM-IAD's code cuts masks otherwise than images. */
const NOT_SQUARE: readonly string[] = ['mtd', 'mvtec_loco', 'visa', 'btad'];

const imIadData: Rule = ({ source, dataset }, { split }) => [
  ...when(source === 'im-iad' && dataset === 'mtd', 'data', 'its training images are not published', 'apart'),
  ...when(
    source === 'im-iad' && dataset === 'visa' && split !== '1cls' && split !== 'given',
    'data',
    'split 1cls',
    'apart',
  ),
];

const imIadSetting: Rule = ({ source, setting, metric }, own) => {
  if (source !== 'im-iad') return [];
  const [kind] = setting.split(':');
  const drawn = kind === 'few-shot' || kind === 'noisy' || setting.startsWith('supervised:n=');
  const isFinal = kind === 'continual' && !metric.startsWith('fm_');
  const mixed = drawn && kind !== 'few-shot';
  const { setting: ours } = own;
  const orders = ours.kind === 'continual' && ours.order !== 'published';
  const resets = ours.kind === 'few-shot' && ours.augmentation !== 'none' && ours.protocol === 'paper';
  return [
    ...when(drawn, 'setting', 'one draw without a seed'),
    ...when(!drawn && own.repeats > 1, 'setting', `one run, here ${own.repeats}`),
    ...when(
      mixed,
      'setting',
      'its published code takes a mixture of normal and anomalous images for the anomalous ones',
    ),
    ...when(resets, 'setting', 'its published code adds up the changes over copies and images'),
    ...when(setting === 'mean-of-four', 'setting', 'the augmentation of its few-shot setting is not stated'),
    ...when(setting === 'mean-of-four', 'setting', 'one draw each of noise and of few-shot images, without a seed'),
    ...when(setting.endsWith('augmentation=unstated'), 'setting', 'the augmentation is not stated'),
    ...when(orders, 'setting', 'categories in another order', 'apart'),
    ...when(isFinal, 'source', 'not said to be the mean after the last category'),
    ...when(
      setting === 'supervised:reference',
      'data',
      'from a table of supervised methods, which does not say whether the images those trained on are tested',
    ),
  ];
};

const imIadMetrics: Rule = (published, own) => {
  const { source, table, dataset, metric } = published;
  if (source !== 'im-iad') return [];
  const pixel = isPixel(published);
  return [
    ...when(
      pixel && own.methodId === 'patchcore',
      'evaluation',
      'its published code thresholds the maps first',
      'apart',
    ),
    ...when(pixel && NOT_SQUARE.includes(dataset), 'evaluation', 'its masks are not aligned with long images', 'apart'),
    ...when(metric.endsWith('pixel_aupro_0.3'), 'evaluation', 'AUPRO of 100 sampled thresholds, here exact', 'apart'),
    ...when(metric.endsWith('auspro_0.05'), 'evaluation', 'sPRO of adaptive thresholds'),
    ...when(
      table === 'VII' && published.category === 'mean',
      'evaluation',
      'mean of logical and structural anomalies, each against the good images',
      'apart',
    ),
    ...when(
      dataset === 'mvtec_loco' && metric === 'image_auroc',
      'source',
      'its Tables VI and VII differ for every method',
    ),
  ];
};

const autoviRun: Rule = (published, own) => {
  const { source, dataset, table, metric, category, methodId } = published;
  if (source !== 'autovi' || isCopied(published)) return [];
  const recounted = ['pipe_clip', 'pipe_staple', 'mean'].includes(category ?? '');
  return [
    ...when(
      dataset === 'autovi' && recounted,
      'data',
      'the released images are other in number than the published ones',
    ),
    ...when(own.repeats !== 8, 'setting', `eight runs, here ${own.repeats}`),
    ...when(methodId === 'patchcore', 'method', 'resized to 256 x 256, then cut to the central 224', 'apart'),
    ...when(
      metric.includes('auspro'),
      'evaluation',
      'maps of 8 or 16 bit at a fixed size, adaptive thresholds',
      'apart',
    ),
    ...when(metric.includes('_at_tnr_'), 'evaluation', 'how the thresholds were found is not shown', 'apart'),
    ...when(table === '11', 'source', 'its caption says area under the averaged curve'),
  ];
};

/** Publications take thresholds, where they have any, from other images than they could train on. */
const heldOut: Rule = (published, { config }) => {
  const { calibrationShare: share } = config;
  const isLess = typeof share === 'number' && share > 0 && !isCopied(published);
  return when(isLess, 'data', `here a share of ${share} of the training images is held out for thresholds`);
};

const proLimit: Rule = ({ metric }) =>
  when(metric === 'pixel_pro', 'evaluation', 'its limit of the false-positive rate is not stated', 'apart');

const WORDS: Readonly<Record<string, string>> = {
  architecture: 'backbone',
  inputSize: 'image size',
  geometry: 'geometry',
  epochs: 'epochs',
  batchSize: 'batch',
  learningRate: 'learning rate',
  patchSize: 'patch size',
  dimension: 'dimensions',
  neighbors: 'neighbours',
  reweight: 'neighbours of the re-weighting',
  coresetRatio: 'coreset ratio',
};
const APART: readonly string[] = ['architecture', 'inputSize', 'geometry'];

const configuration: Rule = (published, { config }) => {
  const ours: Readonly<Record<string, unknown>> = { ...config, architecture: architectureIn(config) };
  return Object.entries(publishedConfig(published)).flatMap(([field, theirs]) => {
    const own = ours[field];
    // A method without the field has nothing to compare.
    const differs = own !== undefined && own !== theirs;
    return when(
      differs,
      'method',
      `${WORDS[field]} ${theirs}, here ${own}`,
      APART.includes(field) ? 'apart' : 'together',
    );
  });
};

/** Undefined where the configuration does not tell. */
function architectureIn({ backbone }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof backbone === 'string')
    return CATALOGUE.find(({ id, alias }) => id === backbone || alias === backbone)?.architecture;
  if (typeof backbone !== 'object' || backbone === null || !('architecture' in backbone)) return undefined;
  return typeof backbone.architecture === 'string' ? backbone.architecture : undefined;
}

/** What IM-IAD's example commands run with ResNet-18. */
const EXAMPLES: readonly string[] = ['padim', 'spade', 'stpm'];

const unknownBackbone: Rule = (published) => {
  const { source, methodId } = published;
  const isUnknown = !isCopied(published) && publishedConfig(published).architecture === undefined && methodId !== null;
  const example = source === 'im-iad' && EXAMPLES.includes(methodId ?? '') ? '; its examples have ResNet-18' : '';
  return when(isUnknown, 'source', `the backbone is not stated${example}`);
};

const unknownCoreset: Rule = ({ source }, { methodId }) =>
  when(source === 'im-iad' && methodId === 'patchcore', 'source', 'the coreset ratio is not stated: 0.1 or 0.001');

const RULES: readonly Rule[] = [
  copied,
  imIadData,
  imIadSetting,
  imIadMetrics,
  autoviRun,
  heldOut,
  proLimit,
  configuration,
  unknownBackbone,
  unknownCoreset,
  note,
];
