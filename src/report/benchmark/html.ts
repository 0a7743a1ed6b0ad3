// A benchmark's report as one HTML file that needs nothing else: no script, no network, charts and pictures inside.
import type { BenchmarkReport, ReportDataset } from '../../benchmark/report/index.js';
import { count } from '../format.js';
import { type Content, html, Markup } from '../markup.js';
import { page } from '../page.js';
import type { ChartFigure, DatasetFigures } from './charts.js';
import { tablesSection } from './html-tables.js';
import { type Thumbnails, thumbnailStyle, worstSection } from './html-worst.js';
import {
  atOnceText,
  COST_HEAD,
  configTexts,
  costLines,
  HELD_OUT,
  IMAGES_HEAD,
  imageLines,
  methodText,
} from './text.js';

/** Added to the look of all reports. */
const OWN_STYLE = `
.results { font-size: .8125rem; } .results caption { text-align: left; padding: 0 0 8px; color: var(--soft); }
.results th, .results td { padding: 5px 7px; vertical-align: top; font-size: inherit; }
.results th:first-child, .results td:first-child { min-width: 12em; padding-left: 0; }
.results s, .results small { color: var(--soft); text-decoration: none; } .results small { display: block; }
.results.left th, .results.left td { text-align: left; white-space: normal; } .refs th:first-child, .refs td:first-child { min-width: 0; }
.whole td { border-top: 2px solid var(--line); } abbr { text-decoration: none; }
main { max-width: 1340px; } details { margin: 10px 0; } summary { cursor: pointer; padding: 6px 0; }
details > .card { margin: 8px 0; padding: 12px 16px; }
.notes { margin: 4px 0 14px; padding-left: 20px; color: var(--soft); }

.cost th:nth-child(2), .cost td:nth-child(2), .cost th:last-child, .cost td:last-child { text-align: left; }
.cost td:last-child { white-space: normal; min-width: 18em; }
.worst { table-layout: fixed; min-width: 640px; } .worst td { overflow-wrap: anywhere; }
.t { display: block; width: 96px; height: 96px; margin-bottom: 4px; border-radius: 4px; background: center / contain no-repeat var(--line); }
nav a { margin-right: 14px; } a { color: inherit; }
.wide { grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); }
`;

/**
 * @param figures from `renderBenchmarkCharts`: their SVG goes into the page as it is
 * @returns a complete HTML document; text from records is escaped, and the page forbids itself scripts and requests
 */
export function renderBenchmarkReport(
  report: BenchmarkReport,
  figures: ReadonlyMap<string, DatasetFigures>,
  thumbnails: Thumbnails = new Map(),
): string {
  const { jobs, datasets, methods, settings } = report;
  const waiting = jobs.all - jobs.done - jobs.failed;
  const style = html`${new Markup(OWN_STYLE)}${thumbnailStyle(thumbnails)}`;
  const body = html`<h1>Benchmark</h1>
<p class="soft">${count(methods.length, 'method')} on ${count(datasets.length, 'dataset')} under ${count(settings.length, 'setting')}:
${count(jobs.all, 'job')}, ${jobs.done} done, ${jobs.failed} failed, ${waiting} not run. iad-tf ${report.libraryVersion}, jobs
<code>${report.fingerprint.slice(0, 16)}</code>.${report.cacheFeatures ? ' Features came from a cache, rounded to float16.' : ''}</p>
<nav class="small">${datasets.map(({ name }, i) => html`<a href="#d${i}">${name}</a>`)}<a href="#made">Methods and machines</a></nav>
${absences(report)}
${datasets.map((dataset, i) => datasetSection(report, dataset, i, figures.get(dataset.name) ?? NO_FIGURES, thumbnails))}
<h2 id="made">Methods</h2>
${definitions(
  methods.map((method) => {
    return [
      method.label,
      [methodText(method), configTexts(report, method).map((text) => html`<br><code>${text}</code>`)],
    ];
  }),
)}
<h2>Machines</h2>
${definitions(
  report.environments.map(({ machine, software, jobs: ran, parallel }) => {
    return [count(ran, 'job'), `${machine}; ${software}; ${atOnceText(parallel)}`];
  }),
)}
${publications(report)}`;
  return page({ title: `Benchmark: ${datasets.map(({ name }) => name).join(', ')}`, style, body });
}

/** What went wrong comes before what went right. */
function absences({ failures, missing, skipped }: BenchmarkReport): Markup | null {
  const lists: [string, readonly Content[]][] = [
    ['Failed', failures.map(({ title, message }) => [title, ': ', message])],
    ['Not run yet', missing.map(({ title }) => title)],
    ['Left out', skipped.map(({ what, reason }) => [what, ': ', reason])],
  ];
  const shown = lists.filter(([, items]) => items.length > 0);
  if (shown.length === 0) return null;
  return html`<section class="card warnings">${shown.map(
    ([
      title,
      items,
    ]) => html`<details${items.length <= 5 ? html` open` : null}><summary><strong>${title}: ${items.length}</strong></summary>
<ul class="small">${items.map((item) => html`<li>${item}</li>`)}</ul></details>`,
  )}</section>`;
}

const NO_FIGURES: DatasetFigures = { cost: [], curves: [], matrices: [], defects: [] };

function datasetSection(
  report: BenchmarkReport,
  dataset: ReportDataset,
  index: number,
  figures: DatasetFigures,
  thumbnails: Thumbnails,
): Markup {
  const { name, id, layout, split, categories, allCategories } = dataset;
  const part =
    allCategories && categories.length < allCategories.length
      ? html` <strong class="bad">${categories.length} of ${allCategories.length} categories: no mean here is one of the dataset.</strong>`
      : null;
  return html`<h2 id="d${index}"><bdi>${name}</bdi></h2>
<p class="soft">${id === null ? '' : `Published dataset ${id}. `}Layout ${layout}, split ${split}; ${categories.length === 1 ? 'category' : `${categories.length} categories:`} ${categories.join(', ')}.${part}</p>
${figures.cost.some(({ svg }) => svg !== null) ? gallery('', figures.cost) : null}
${tablesSection(report, dataset)}
${figures.curves.length > 0 ? html`<h3>Training images and noise</h3>${gallery('wide', figures.curves)}` : null}
${figures.matrices.length > 0 ? html`<h3>Forgetting</h3><p class="soft small">Darker is better, from 0.5 to 1. Down a column: what a task is worth after each further one.</p>${gallery('wide', figures.matrices)}` : null}
${
  figures.defects.length > 0
    ? html`<h3>Types of defect</h3><details${figures.defects.length <= 2 ? html` open` : null}><summary>Image AUROC of each type against all good test images</summary>${gallery('wide', figures.defects)}</details>`
    : null
}
${worstSection(report, dataset, thumbnails)}
${costTable(report, dataset)}
${imagesUsed(report, dataset)}
`;
}

function gallery(kind: string, figures: readonly ChartFigure[]): Markup {
  return html`<div class="charts ${kind}">${figures.map(
    ({ title, text, svg }) => html`<figure class="card"><figcaption><strong>${title}</strong>${text}</figcaption>
${svg === null ? null : new Markup(svg)}</figure>`,
  )}</div>`;
}

function costTable(report: BenchmarkReport, { name }: ReportDataset): Markup | null {
  const lines = costLines(report, name);
  if (lines.length === 0) return null;
  return html`<details><summary><strong>Time and memory</strong> <span class="soft small">means; latency: features and scoring of one image; –: not known</span></summary>
<div class="card scroll"><table class="results cost">
<thead><tr>${COST_HEAD.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${lines.map(
    (line) => html`<tr>${line.map((field) => html`<td>${field}</td>`)}</tr>
`,
  )}</tbody></table></div></details>`;
}

function imagesUsed(report: BenchmarkReport, dataset: ReportDataset): Markup | null {
  const { images } = dataset;
  if (images.length === 0) return null;
  const head = [...IMAGES_HEAD, 'Manifests, SHA-256'];
  return html`<details><summary><strong>Images used</strong></summary><div class="card scroll"><table class="results">
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${imageLines(report, dataset).map((fields, i) => {
    const hashes = images[i]!.manifests.map((manifest) => manifest.slice(-64).slice(0, 8)).join(' ');
    return html`<tr>${fields.map((field) => html`<td>${field}</td>`)}<td><code>${hashes}</code></td></tr>
`;
  })}</tbody></table></div><p class="soft small">${HELD_OUT}</p></details>`;
}

function definitions(items: readonly (readonly [string, Content])[]): Markup {
  return html`<div class="card made small"><dl>${items.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl></div>`;
}

function publications({ sources }: BenchmarkReport): Markup | null {
  if (sources.length === 0) return null;
  return html`<h2>Publications</h2>
${definitions(
  sources.map(({ id, citation, protocol, contradictions }) => [
    id,
    [citation, '.', html`<ul>${[...protocol, ...contradictions].map((line) => html`<li>${line}</li>`)}</ul>`],
  ]),
)}`;
}
