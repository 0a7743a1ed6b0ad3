// IM-IAD's uniform view, its Table XIII: one number for a method over four settings.
import { settingId } from '../settings/index.js';
import type { Contender, StudiedDataset, Study } from './gather.js';
import type { ReportMetric } from './metrics.js';
import type { References } from './references.js';
import { type BareCell, tableRow } from './rows.js';
import type { ReportCell, ReportRow } from './schema.js';
import { settingTitle } from './titles.js';

export const MEAN_OF_FOUR = 'mean-of-four';

/** Those of the table. */
const METRICS: readonly string[] = ['image_auroc', 'pixel_ap'];

interface SettingsPlace {
  readonly dataset: StudiedDataset;
  readonly metric: ReportMetric;
  readonly columns: readonly Contender[];
  readonly references: References;
}

/**
 * The mean of unsupervised, noisy with 15 %, few-shot with 8 images and continual. The publication does not state its augmentation: each
 * few-shot setting of 8 images makes a row. None unless all four are there.
 * @param rows of the settings, one per study
 */
export function meanOfFourRows(place: SettingsPlace, rows: readonly ReportRow[]): ReportRow[] {
  const { dataset, metric } = place;
  if (!METRICS.includes(metric.id)) return [];
  const those = (is: (study: Study) => boolean) =>
    dataset.studies.flatMap((study, i) => (is(study) ? [{ study, row: rows[i]! }] : []));
  const three = ['unsupervised', 'noisy:percent=15', 'continual'].flatMap((id) =>
    those(({ setting }) => settingId(setting) === id),
  );
  if (three.length < 3) return [];
  return those(({ setting }) => setting.kind === 'few-shot' && setting.shots === 8).map((fewShot) =>
    meanRow(place, fewShot.study, [...three, fewShot]),
  );
}

function meanRow(
  { metric, columns, references }: SettingsPlace,
  fewShot: Study,
  four: readonly { readonly study: Study; readonly row: ReportRow }[],
): ReportRow {
  const studies = four.map(({ study }) => study);
  // Repeats differ from setting to setting: the mean is of as many as the least of them.
  const least = studies.reduce((a, b) => (b.repeats.length < a.repeats.length ? b : a));
  const compared = {
    ...least,
    settingId: MEAN_OF_FOUR,
    setting: { kind: MEAN_OF_FOUR },
    jobs: studies[0]!.jobs,
  } as const;
  return tableRow(least, {
    name: `mean of four: unsupervised, noisy 15 %, ${settingTitle(fewShot.setting)}, continual`,
    kind: 'mean-of-four',
    cells: columns.map((_, at) => meanOf(four.map(({ row }) => row.cells[at]!))),
    published: (at, cell) => references.find(compared, columns[at]!, metric, null, cell),
  });
}

/** Without a deviation: the four have repeats of their own. */
function meanOf(cells: readonly ReportCell[]): BareCell {
  const means = cells.flatMap(({ mean }) => mean ?? []);
  const whole = means.length === cells.length;
  const most = (of: (cell: ReportCell) => number) => Math.max(...cells.map(of));
  return {
    mean: whole ? means.reduce((sum, mean) => sum + mean, 0) / means.length : null,
    sd: null,
    repeats: whole ? Math.min(...cells.map(({ repeats }) => repeats)) : 0,
    undefinedIn: most(({ undefinedIn }) => undefinedIn),
    failed: most(({ failed }) => failed),
    missing: most(({ missing }) => missing),
    served: cells.every(({ served }) => served),
    categories: null,
    spread: null,
  };
}
