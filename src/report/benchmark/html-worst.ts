// The worst images of each cell as HTML, with small pictures where there are some.
import type { BenchmarkReport, ReportDataset } from '../../benchmark/report/index.js';
import { grouped } from '../../benchmark/report/index.js';
import { percent, significant } from '../format.js';
import { html, Markup } from '../markup.js';

/** `data:image/jpeg` URIs by dataset and image, as `thumbnailKey` joins them. */
export type Thumbnails = ReadonlyMap<string, string>;

type WorstOfCell = BenchmarkReport['worst'][number];

/** Of each cell; report.json has more. */
const SHOWN = 3;

/** Cells on a page; with more, those of further settings are in report.json alone. */
const MOST_CELLS = 400;

export function thumbnailKey(dataset: string, id: string): string {
  return `${dataset}\n${id}`;
}

/** What a page shows of a dataset. */
export function shownWorst({ worst }: BenchmarkReport, dataset: string): WorstOfCell[] {
  const own = worst.filter((cell) => cell.dataset === dataset);
  const shown = own.length <= MOST_CELLS ? own : own.filter(({ setting }) => setting === own[0]?.setting);
  return shown.map((cell) => ({ ...cell, images: cell.images.slice(0, SHOWN) }));
}

export function worstSection(report: BenchmarkReport, { name }: ReportDataset, thumbnails: Thumbnails): Markup | null {
  const shown = shownWorst(report, name);
  if (shown.length === 0) return null;
  const titleOf = (id: string) => report.settings.find((setting) => setting.id === id)?.title ?? id;
  const classes = new Map([...thumbnails.keys()].map((key, i) => [key, i]));
  return html`<h3>Worst images</h3>
<p class="soft small">Those of each cell that most images of the other class are on the wrong side of: the share of anomalous images that
score below a good one, or of good images above an anomalous one.</p>
${grouped(shown, ({ setting }) => setting).map(
  (cells) => html`<details><summary><strong>${titleOf(cells[0].setting)}</strong></summary>
${grouped(cells, ({ category }) => category).map(
  (
    ofCategory,
  ) => html`<div class="card scroll"><table class="results left worst"><caption>${ofCategory[0].category}</caption>
<tbody>${ofCategory.map(
    ({ method, images, category }) => html`<tr><td>${method}</td>${
      images.length === 0
        ? html`<td colspan="${SHOWN}" class="soft">none: every image is on its side</td>`
        : images.map(({ id, defectType, label, score, misplaced }) => {
            const at = classes.get(thumbnailKey(name, id));
            const picture = at === undefined ? null : html`<i class="t t${at}" role="img" aria-label="${id}"></i>`;
            const short = id.startsWith(`${category}/`) ? id.slice(category.length + 1) : id;
            return html`<td>${picture}<bdi>${short}</bdi><small>${
              label === 0 ? 'good' : html`<bdi>${defectType}</bdi>`
            }, ${percent(misplaced, 1)}, score ${significant(score, 3)}</small></td>`;
          })
    }</tr>
`,
  )}</tbody></table></div>
`,
)}</details>
`,
)}`;
}

/** One rule for each picture, so that an image that several cells name is in the page once. */
export function thumbnailStyle(thumbnails: Thumbnails): Markup {
  const rules = [...thumbnails.values()].map((uri, i) => {
    if (!/^data:image\/jpeg;base64,[A-Za-z0-9+/]+=*$/.test(uri)) throw new Error('a thumbnail is no JPEG data URI');
    return `.t${i}{background-image:url(${uri})}`;
  });
  return new Markup(rules.join('\n'));
}
