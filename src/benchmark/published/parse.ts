// Reads the lines of published numbers: `table | dataset | setting | metric | category | entry | entry ...`. A metric printed in
// per cent ends in ` %`. An entry is `method value`, perhaps with `±deviation` and ` # note`; `-` stands for no category or method.
import { methodIdOf } from './methods.js';
import type { SourceId } from './sources.js';

export interface PublishedValue {
  readonly source: SourceId;
  /** As numbered in the publication. */
  readonly table: string;
  /** Identifier such as `mvtec_ad`; `any` for what does not depend on the dataset. */
  readonly dataset: string;
  /**
   * As `settingId` gives it where the setting is one of ours. `augmentation=unstated`: a few-shot column that does not say.
   * `supervised:reference`: without anomalies, beside supervised ones. `unsupervised:reported-elsewhere`: copied from other
   * publications. `autovi:window=...`: images cut to that size. `autovi:normalisation=training`, `mean-of-four`, and
   * `dataset`, `hyperparameter`, `inference` for what is no result.
   */
  readonly setting: string;
  /** Such as `image_auroc`, `pixel_ap`, `pixel_aupro_0.3`, `pixel_auspro_0.05`, `image_tpr_at_tnr_0.95`; `fm_` for forgetting. */
  readonly metric: string;
  /** `mean` for the mean over the categories; null where there are none. */
  readonly category: string | null;
  /** As printed; null for what is said of a dataset. */
  readonly method: string | null;
  /** This library's id for it, null if it has none. */
  readonly methodId: string | null;
  /** Rates are fractions, whatever was printed. */
  readonly value: number;
  /** In the unit of `value`; null where none is printed. */
  readonly std: number | null;
  readonly printedInPercent: boolean;
  readonly note: string | null;
}

const ENTRY = /^(?<method>.+) (?<value>-?[\d.]+)(?:±(?<std>[\d.]+))?(?: # (?<note>.+))?$/;

/** @param text one of the files of this folder */
export function parsePublished(source: SourceId, text: string): PublishedValue[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => parseLine(source, line));
}

function parseLine(source: SourceId, line: string): PublishedValue[] {
  const [table = '', dataset = '', setting = '', unit = '', category = '', ...entries] = line.split(' | ');
  const printedInPercent = unit.endsWith(' %');
  // By way of the decimal digits, so that 98.4 % is the number 0.984.
  const read = (digits: string) => Number(printedInPercent ? `${digits}e-2` : digits);
  const common = {
    source,
    table,
    dataset,
    setting,
    metric: unit.replace(' %', ''),
    category: known(category),
    printedInPercent,
  };
  return entries.map((entry) => {
    const { method = '', value = '', std, note = null } = ENTRY.exec(entry)?.groups ?? {};
    const numbers = { value: read(value), std: std === undefined ? null : read(std) };
    return { ...common, method: known(method), methodId: methodIdOf(method), ...numbers, note };
  });
}

function known(name: string): string | null {
  return name === '-' ? null : name;
}
