// The report as Markdown: the tables with what belongs to them, for a repository or an issue.
import type { BenchmarkReport, ReportDataset, ReportTable } from '../../benchmark/report/index.js';
import { count, metric } from '../format.js';
import {
  absenceText,
  atOnceText,
  COST_HEAD,
  configTexts,
  costLines,
  differenceLines,
  HELD_OUT,
  IMAGES_HEAD,
  imageLines,
  isMarked,
  MARKING,
  meanText,
  methodText,
  PUBLISHED,
  publishedText,
  referenceMark,
  shownTables,
  sourceText,
} from './text.js';

/** Text from outside cannot become markup. */
export function markdownText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]|#~!]/g, (character) => `\\${character}`);
}

export function markdownReport(report: BenchmarkReport): string {
  const { jobs, datasets, metrics, sources } = report;
  const parts = [
    '# Benchmark',
    `${count(jobs.all, 'job')}: ${jobs.done} done, ${jobs.failed} failed, ${jobs.all - jobs.done - jobs.failed} not run. Rates are fractions.${report.cacheFeatures ? ' Features came from a cache, rounded to float16.' : ''}`,
    ...datasets.flatMap((dataset) => datasetParts(report, dataset)),
    ...listed(
      'Failed jobs',
      report.failures,
      ({ title, message }) => `${markdownText(title)}: ${markdownText(message)}`,
    ),
    ...listed('Not run yet', report.missing, ({ title }) => markdownText(title)),
    ...listed('Left out', report.skipped, ({ what, reason }) => `${markdownText(what)}: ${markdownText(reason)}`),
    ...listed('Metrics', metrics, ({ title, note }) => `${title}: ${note}`),
    ...listed('Methods', report.methods, (method) => {
      return markdownText(`${method.label}: ${methodText(method)}; ${configTexts(report, method).join('; ')}`);
    }),
    ...listed('Machines', report.environments, ({ machine, software, jobs: ran, parallel }) =>
      markdownText(`${machine}; ${software}; ${count(ran, 'job')}, ${atOnceText(parallel)}`),
    ),
    ...listed('Publications', sources, ({ citation, protocol, contradictions }) =>
      markdownText([`${citation}.`, ...protocol, ...contradictions].join(' ')),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function listed<T>(title: string, items: readonly T[], line: (item: T) => string): string[] {
  return items.length === 0 ? [] : [`## ${title}`, items.map((item) => `- ${line(item)}`).join('\n')];
}

function datasetParts(report: BenchmarkReport, dataset: ReportDataset): string[] {
  const { tables } = report;
  const { name, layout, split, references } = dataset;
  const own = shownTables(tables.filter((table) => table.dataset === name));
  return [
    `## ${markdownText(name)}`,
    `Layout ${markdownText(layout)}, split ${markdownText(split)}.`,
    ...own.flatMap((table) => tableParts(table)),
    ...(own.length > 0 ? [MARKING] : []),
    ...(references.length === 0
      ? []
      : [
          `${PUBLISHED} In what the runs are known to differ:`,
          references
            .map((reference, i) => {
              const { setting } = reference;
              const known = differenceLines(report, reference).join('. ');
              return `- ${referenceMark(i)} ${markdownText(`${sourceText(report, reference)}, ${setting}. ${known}.`)}`;
            })
            .join('\n'),
        ]),
    ...matrixParts(report, name),
    'Time and memory (latency: features and scoring of one image; –: not known):',
    grid(
      COST_HEAD,
      costLines(report, name).map((line) => line.map(markdownText)),
    ),
    `Images used. ${HELD_OUT}`,
    grid(
      IMAGES_HEAD,
      imageLines(report, dataset).map((line) => line.map(markdownText)),
    ),
  ];
}

/** What each task is worth after each further one, by image AUROC. */
function matrixParts({ matrices, settings }: BenchmarkReport, dataset: string): string[] {
  const own = matrices.filter((matrix) => matrix.dataset === dataset && matrix.metric === 'image_auroc');
  return own.flatMap(({ method, setting, tasks, values, repeats }) => {
    const title = settings.find(({ id }) => id === setting)?.title ?? setting;
    return [
      `### ${markdownText(`${dataset}; image AUROC task by task; ${method}; ${title}; ${count(repeats, 'repeat')}`)}`,
      grid(
        ['after learning', ...tasks.map(markdownText)],
        values.map((row, i) => [
          markdownText(tasks[i]!),
          ...tasks.map((_, j) => (j > i ? '' : metric(row[j] ?? null))),
        ]),
      ),
    ];
  });
}

function tableParts({ title, columns, rows, kind, notes }: ReportTable): string[] {
  const lines = rows.map((row) => [
    markdownText(row.name),
    ...(kind === 'settings' ? [`${row.repeats}`] : []),
    ...row.cells.map((cell) => {
      const { mean, rest } = meanText(cell, row.repeats);
      const absence = absenceText(cell);
      const own = absence === '' ? `${isMarked(cell, row) ? `**${mean}**` : mean}${rest}` : `– ${absence}`;
      const [first] = cell.published;
      if (!first) return own;
      return `${own}<br>${markdownText(publishedText(first))} ${referenceMark(first.reference)}`;
    }),
  ]);
  const spread = rows.filter(({ kind: of, cells }) => of === 'mean' && cells.some((cell) => cell.spread !== null));
  const spreads = spread.map(({ cells }) => [
    'spread over categories',
    ...cells.map((cell) => (cell.spread === null ? '–' : cell.spread.toFixed(3))),
  ]);
  const head = [kind === 'settings' ? 'setting' : kind === 'continual' ? '' : 'category'];
  const n = kind === 'settings' ? ['n'] : [];
  return [
    `### ${markdownText(title)}`,
    grid([...head, ...n, ...columns.map(markdownText)], [...lines, ...spreads]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${markdownText(note)}`).join('\n')]),
  ];
}

function grid(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...lines.map(line)].join('\n');
}
