// How the figures of a benchmark are written, the same on every page. Metrics are fractions.
import {
  type BenchmarkReport,
  grouped,
  type ReportCell,
  type ReportDataset,
  type ReportRow,
  type ReportTable,
} from '../../benchmark/report/index.js';
import { bytes, duration, metric, significant } from '../format.js';

/** `0.974`, `0.974 ± 0.002`; with the number of repeats where some are lacking. */
export function meanText(
  { mean, sd, repeats }: ReportCell,
  wanted: number,
): { readonly mean: string; readonly rest: string } {
  const spread = sd === null ? '' : ` ± ${sd.toFixed(3)}`;
  const few = mean !== null && repeats < wanted ? ` (n = ${repeats})` : '';
  return { mean: metric(mean), rest: `${spread}${few}` };
}

/** Why a cell has no mean; empty where it has one. */
export function absenceText({ mean, failed, undefinedIn, missing, served, categories }: ReportCell): string {
  if (mean !== null) return '';
  if (!served) return 'not served';
  if (categories !== null && categories.used < categories.of)
    return `${categories.used} of ${categories.of} categories`;
  if (undefinedIn > 0) return 'undefined';
  if (failed > 0) return 'failed';
  return missing > 0 ? 'not run' : 'no value';
}

/** How many jobs ran beside each other; jobs of one kind may have had fewer. */
export function atOnceText(parallel: number): string {
  return parallel === 1 ? 'one job at once' : `up to ${parallel} jobs at once`;
}

/** `−0.018`. */
function differenceText(difference: number): string {
  const digits = Math.abs(difference).toFixed(3);
  if (Number(digits) === 0) return '±0.000';
  return `${difference < 0 ? '−' : '+'}${digits}`;
}

/** With one category the table by setting says all that the tables of the settings do. */
export function shownTables(tables: readonly ReportTable[]): ReportTable[] {
  return tables.filter((table) => {
    const isSaid = tables.some(({ kind, dataset, metric }) => {
      return kind === 'settings' && dataset === table.dataset && metric === table.metric;
    });
    return !(isSaid && table.kind === 'categories' && table.rows.length === 1);
  });
}

/** `a` to `z`, then `a2`, ... */
export function referenceMark(reference: number): string {
  const round = Math.floor(reference / 26);
  return `${String.fromCharCode(97 + (reference % 26))}${round === 0 ? '' : round + 1}`;
}

/** With one method, or none that varies, bold would say nothing. */
export function isMarked(cell: ReportCell, { cells }: ReportRow): boolean {
  return cell.marked && cells.filter(({ mean }) => mean !== null).length > 1;
}

export const MARKING =
  'Bold: the best of a row, and what Welch’s two-sided test at 5 % does not tell from it (not corrected for multiple comparisons; ' +
  'of single runs the best alone).';

/** `Xie et al., IM-IAD, Table VI`. */
export function sourceText({ sources }: BenchmarkReport, { source, table }: Reference): string {
  const citation = sources.find(({ id }) => id === source)?.citation ?? source;
  return `${citation.split(', ').slice(0, 2).join(', ')}, Table ${table}`;
}

type Reference = ReportDataset['references'][number];

/** What differs, said once of all methods that it holds for; of some metrics alone where those differ. */
export function differenceLines({ metrics }: Pick<BenchmarkReport, 'metrics'>, { runs }: Reference): string[] {
  const titleOf = (id: string) => metrics.find((metric) => metric.id === id)?.title ?? id;
  const named = (id: string) => (id.startsWith('fm_') ? `forgetting of ${titleOf(id.slice(3))}` : titleOf(id));
  const lines = runs.map(({ method, metrics: of, differences }) => {
    const several = runs.filter((run) => run.method === method).length > 1;
    return {
      method,
      where: several ? ` (${of.map(named).join(', ')})` : '',
      known: differences.length === 0 ? 'no difference known' : differences.join('; '),
    };
  });
  return grouped(lines, ({ where, known }) => `${where}: ${known}`).map((group) => {
    return `${group.map(({ method }) => method).join(', ')}${group[0].where}: ${group[0].known}`;
  });
}

/** The configuration, and the fields of it that settings change. */
export function configTexts(
  { settings }: BenchmarkReport,
  { config, except }: BenchmarkReport['methods'][number],
): string[] {
  const text = (fields: typeof config) =>
    Object.entries(fields)
      .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', ');
  const titleOf = (id: string) => settings.find((setting) => setting.id === id)?.title ?? id;
  return [text(config), ...except.map((own) => `under ${titleOf(own.setting)}: ${text(own.config)}`)];
}

/** `18`, or `18; STPM 14` where methods differ: the number that most of them have comes first. */
function learnedFromText(learnedFrom: ReportDataset['images'][number]['learnedFrom']): string {
  const groups = grouped(learnedFrom, ({ images }) => images).sort((a, b) => b.length - a.length);
  const [most, ...others] = groups;
  if (!most) return '–';
  const named = others.map((group) => `${group.map(({ method }) => method).join(', ')} ${group[0].images}`);
  return [most[0].images, ...named].join('; ');
}

export const IMAGES_HEAD = [
  'Setting',
  'Category',
  'Given to learn from: normal',
  'anomalous',
  'Learned from',
  'Tested on: good',
  'anomalous',
];

/** How many images of what there were, a line for each category under each setting. */
export function imageLines({ settings }: BenchmarkReport, { images }: ReportDataset): string[][] {
  return images.map(({ setting, category, train, trainAnomalous, learnedFrom, testGood, testAnomalous }) => [
    settings.find(({ id }) => id === setting)?.title ?? setting,
    category,
    train,
    trainAnomalous,
    learnedFromText(learnedFrom),
    testGood,
    testAnomalous,
  ]);
}

/** Why fewer are learned from than given, or more. */
export const HELD_OUT =
  'Learned from: without the images held out for thresholds or to choose an epoch; noise and augmented copies count one by one.';

export const COST_HEAD = [
  'Setting',
  'Method',
  'Learning one category',
  'Latency',
  'Images per second',
  'Peak memory',
  'Kept',
];

/** What each method costs under each setting, a line each. */
export function costLines({ efficiency, settings }: BenchmarkReport, dataset: string): string[][] {
  const own = efficiency.filter((each) => each.dataset === dataset);
  return own.map(({ setting, method, training, latency, imagesPerSecond, peakMemory, learned }) => [
    settings.find(({ id }) => id === setting)?.title ?? setting,
    method,
    duration(training),
    latency === null ? '–' : duration(latency),
    imagesPerSecond === null ? '–' : significant(imagesPerSecond, 3),
    peakMemory === null ? '–' : bytes(peakMemory),
    learned,
  ]);
}

/** `patchcore, backbone resnet50, SHA-256 ...`. */
export function methodText({ id, backbone, backboneHash, code }: BenchmarkReport['methods'][number]): string {
  const network = backbone === null ? '' : `, backbone ${backbone}, SHA-256 ${backboneHash ?? 'not known'}`;
  return `${id}${code === null ? '' : ` of a module, SHA-256 ${code}`}${network}`;
}

/** `0.992 −0.018`; in brackets what must not be read as the same measurement. */
export function publishedText({ value, difference, apart }: ReportCell['published'][number]): string {
  const text = `${value.toFixed(3)}${difference === null ? '' : ` ${differenceText(difference)}`}`;
  return apart ? `[${text}]` : text;
}

export const PUBLISHED =
  'Below a mean: the published value, ours less it, and where it is from; in brackets where resolution, split, backbone or the ' +
  'definition of the metric is another.';
