// The published numbers that belong beside one of our own, the most comparable first.
import { settingId } from '../settings/setting-id.js';
import { type ComparedSetting, type OwnResult, type ProtocolDifference, protocolDifferences } from './differences.js';
import type { PublishedValue } from './parse.js';
import { neighboursIn } from './protocols.js';
import { PUBLISHED_SOURCES, type PublishedSource } from './sources.js';
import { publishedValues } from './values.js';

export interface PublishedComparison {
  /** The number, with its table. */
  readonly published: PublishedValue;
  readonly source: PublishedSource;
  /** There may be others, which the publication does not tell. */
  readonly differences: readonly ProtocolDifference[];
  /** Whether a difference is such that the number must stand in a column of its own. */
  readonly apart: boolean;
}

/**
 * What was printed for the same dataset, setting, metric, category and method; none for settings that nobody published, such
 * as noise that is tested too. The mean over some of a dataset's categories must not be asked for as its `mean`.
 */
export function publishedFor(own: OwnResult): PublishedComparison[] {
  const { dataset, metric, methodId } = own;
  const settings = publishedSettings(own.setting, dataset);
  // A dataset of one category is its own mean.
  const category = own.category === dataset ? 'mean' : own.category;
  const metrics = metric === 'pixel_aupro_0.3' ? [metric, 'pixel_pro'] : [metric];
  const found = publishedValues({ dataset, category }).filter(
    (row) =>
      settings.includes(row.setting) &&
      metrics.includes(row.metric) &&
      (row.methodId === methodId || (methodId === 'patchcore' && isVariant(row, own))),
  );
  const compared = found.map((published): PublishedComparison => {
    const differences = protocolDifferences(published, own);
    const apart = differences.some((difference) => difference.apart);
    return { published, source: PUBLISHED_SOURCES[published.source], differences, apart };
  });
  return [...compared.filter(({ apart }) => !apart), ...compared.filter(({ apart }) => apart)];
}

function isVariant({ method }: PublishedValue, { config }: OwnResult): boolean {
  return neighboursIn(method) === config.reweight;
}

/** The settings of published numbers that one of ours may stand beside. */
function publishedSettings(setting: ComparedSetting, dataset: string): readonly string[] {
  switch (setting.kind) {
    case 'unsupervised': {
      const same = ['unsupervised', 'unsupervised:reported-elsewhere', 'supervised:reference'];
      return dataset === 'autovi' ? [...same, 'autovi:images=all'] : same;
    }
    case 'few-shot': {
      const published = settingId({ ...setting, protocol: 'paper' });
      return [published, `few-shot:m=${setting.shots},augmentation=unstated`];
    }
    case 'continual':
    case 'mean-of-four':
      return [setting.kind];
    case 'supervised':
      // Of the tables of methods that ten anomalies were given to, with PatchCore beside them that saw none.
      return setting.anomalies === 10 ? [settingId(setting), 'supervised:reference'] : [settingId(setting)];
    case 'noisy':
    case 'autovi':
      return [settingId(setting)];
    default:
      return setting satisfies never;
  }
}
