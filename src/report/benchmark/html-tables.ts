// The tables of a dataset as HTML: the first metric open, the others to be opened, published numbers beside our own.
import type {
  BenchmarkReport,
  ReportCell,
  ReportDataset,
  ReportRow,
  ReportTable,
} from '../../benchmark/report/index.js';
import { html, type Markup } from '../markup.js';
import {
  absenceText,
  differenceLines,
  isMarked,
  MARKING,
  meanText,
  PUBLISHED,
  publishedText,
  referenceMark,
  shownTables,
  sourceText,
} from './text.js';

export function tablesSection(report: BenchmarkReport, dataset: ReportDataset): Markup {
  const { tables, metrics } = report;
  const own = shownTables(tables.filter((table) => table.dataset === dataset.name));
  if (own.length === 0) return html`<p>No job gave a result.</p>`;
  return html`<h3>Tables</h3>
${metrics.map(({ id, title, note }) => {
  const ofMetric = own.filter(({ metric }) => metric === id);
  if (ofMetric.length === 0) return null;
  return html`<details${id === metrics[0]?.id ? OPEN : null}><summary><strong>${title}</strong> <span class="soft small">${note}</span></summary>
${ofMetric.map((table) => oneTable(table))}</details>
`;
})}
<p class="soft small">${MARKING} Rates are fractions; ± is the sample standard deviation over the repeats.${
    dataset.references.length > 0 ? ` ${PUBLISHED}` : ''
  }</p>
${references(report, dataset)}`;
}

const OPEN = html` open`;

function oneTable(table: ReportTable): Markup {
  const { title, columns, rows, kind, notes, undefinedCells } = table;
  const first = kind === 'settings' ? 'Setting' : kind === 'continual' ? '' : 'Category';
  const n = kind === 'settings' ? html`<th scope="col">n</th>` : null;
  const missing = undefinedCells > 0 ? [`Undefined cells: ${undefinedCells}.`] : [];
  return html`<div class="card scroll"><table class="results"><caption>${title}</caption>
<thead><tr><th scope="col">${first}</th>${n}${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => [rowMarkup(row, table), spreadRow(row)])}</tbody></table></div>
${[...missing, ...notes].length > 0 ? html`<ul class="notes small">${[...missing, ...notes].map((note) => html`<li>${note}</li>`)}</ul>` : null}
`;
}

function rowMarkup(row: ReportRow, { kind }: ReportTable): Markup {
  const whole = row.kind === 'mean' || row.kind === 'mean-of-four' ? html` class="whole"` : null;
  const n = kind === 'settings' ? html`<td>${row.repeats}</td>` : null;
  return html`<tr${whole}><td>${row.name}</td>${n}${row.cells.map((cell) => html`<td>${cellMarkup(cell, row)}</td>`)}</tr>
`;
}

/** What AutoVI prints beside a mean over categories. */
function spreadRow({ kind, cells }: ReportRow): Markup | null {
  if (kind !== 'mean' || cells.every(({ spread }) => spread === null)) return null;
  return html`<tr class="soft"><td>spread over categories</td>${cells.map(({ spread }) => html`<td>${spread === null ? '–' : spread.toFixed(3)}</td>`)}</tr>
`;
}

function cellMarkup(cell: ReportCell, row: ReportRow): Markup {
  const { mean, rest } = meanText(cell, row.repeats);
  const absence = absenceText(cell);
  const value = isMarked(cell, row) ? html`<b>${mean}</b>` : mean;
  const ours = absence === '' ? html`${value}<s>${rest}</s>` : html`<s>– ${absence}</s>`;
  const [first] = cell.published;
  if (!first) return ours;
  const mark = referenceMark(first.reference);
  const noted = first.note === null ? mark : html`<abbr title="${first.note}">${mark}*</abbr>`;
  return html`${ours}<small>${publishedText(first)} <i>${noted}</i></small>`;
}

function references(report: BenchmarkReport, { references: all }: ReportDataset): Markup | null {
  if (all.length === 0) return null;
  const head = ['', 'Source', 'Setting there', 'In what the runs are known to differ'];
  return html`<details><summary><strong>Published numbers</strong> <span class="soft small">where they are from, and in what the runs differ; * has a note, shown when pointed at</span></summary>
<div class="card scroll"><table class="results left refs">
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${all.map((reference, i) => {
    const lines = differenceLines(report, reference).map((line) => html`${line}<br>`);
    return html`<tr><td><i>${referenceMark(i)}</i></td><td>${sourceText(report, reference)}</td><td>${reference.setting}</td><td>${lines}</td></tr>
`;
  })}</tbody></table></div></details>`;
}
