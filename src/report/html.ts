// The report as one HTML file that needs nothing else: no script, no network, pictures and charts inside.
import type { Evaluation } from '../benchmark/types.js';
import { count, percent, significant } from './format.js';
import { gallery } from './html-gallery.js';
import { howItWasMade, howToRead, perDefectTable, tiles } from './html-numbers.js';
import { html, Markup } from './markup.js';
import { page } from './page.js';
import type { ChartName, Charts, ColorScale, RenderedCase } from './types.js';

const CAPTIONS: Readonly<Record<ChartName, { title: string; text: string; missing: string }>> = {
  histogram: {
    title: 'Scores',
    text: 'The further the two colours lie apart, the better. What lies right of the threshold is flagged.',
    missing: 'No labelled test image.',
  },
  'operating-curve': {
    title: 'False alarms and misses',
    text: 'Defects missed against good parts flagged, for every threshold. With few good test images the first false alarm is a large step.',
    missing: 'Undefined: it needs good and anomalous test images.',
  },
  roc: {
    title: 'ROC curve',
    text: 'Defects caught against good parts flagged, over all thresholds.',
    missing: 'Undefined: it needs good and anomalous test images.',
  },
  'precision-recall': {
    title: 'Precision and recall',
    text: 'How many of the flagged are defects, against how many of the defects are flagged.',
    missing: 'Undefined: it needs anomalous test images.',
  },
  pro: {
    title: 'Per-region overlap (PRO)',
    text: 'How much of a true region is marked, against good pixels marked by mistake, as far as AUPRO counts. The dashed line is guessing.',
    missing: 'Undefined: it needs masks, and normal and anomalous pixels.',
  },
  'per-defect': {
    title: 'By defect type',
    text: 'The hardest type first.',
    missing: 'No defect type in the test images.',
  },
};

/**
 * @param charts from `renderCharts`: their SVG goes into the page as it is
 * @param cases pictures in the order to show them within their group; every id must occur in the evaluation
 * @param scale the one that the overlays were drawn with
 * @returns a complete HTML document; text from outside is escaped, and the page forbids itself scripts and requests
 * @throws IadError BAD_ARGUMENT for an unknown id or a picture that is not a PNG or JPEG data URI
 */
export function renderReport(
  evaluation: Evaluation,
  charts: Charts,
  cases: readonly RenderedCase[],
  scale: ColorScale,
): string {
  const { dataset, method, backbone } = evaluation;
  const body = html`<h1><bdi>${dataset.name}</bdi></h1>
<p class="soft">Anomaly detection with ${method} on ${backbone.id}: fitted on ${count(dataset.train, 'good image')},
tested on ${dataset.testGood} good and ${dataset.testAnomalous} anomalous ones.</p>
${verdict(evaluation)}
${tiles(evaluation)}
${warnings(evaluation.warnings)}
<h2>Curves</h2>
<div class="charts">${(Object.keys(CAPTIONS) as ChartName[]).map((name) => chart(name, charts[name]))}</div>
<h2>Defect types</h2>
${perDefectTable(evaluation)}
${gallery(evaluation, cases, scale)}
<h2>How it was made</h2>
${howItWasMade(evaluation)}
<h2>How to read the numbers</h2>
${howToRead()}`;
  return page({ title: `${dataset.name}: anomaly detection report`, body });
}

/** What the model's own threshold did: the answer to "can I use it". */
function verdict({ operatingPoint: point, dataset }: Evaluation): Markup {
  if (point === null) {
    return html`<section class="card verdict"><p>The model was fitted without calibration: it scores images but sets no
threshold, so nothing is flagged or passed.</p>
<p class="soft small">The metrics below judge the ranking of the scores alone.</p></section>`;
  }
  const anomalous = point.truePositives + point.falseNegatives;
  const good = point.falsePositives + point.trueNegatives;
  const caught = html`caught <strong class="ok">${point.truePositives} of ${anomalous}</strong> anomalous images
(${percent(point.truePositives, anomalous)}), missed <strong class="${point.falseNegatives ? 'bad' : 'ok'}">${point.falseNegatives}</strong>`;
  const alarms = html`raised <strong class="${point.falsePositives ? 'bad' : 'ok'}">${count(point.falsePositives, 'false alarm')}</strong>
on ${count(good, 'good image')} (${percent(point.falsePositives, good)})`;
  const found = [...(anomalous ? [caught] : []), ...(good ? [alarms] : [])];
  return html`<section class="card verdict">
<p>At its own threshold the model ${found.length ? found.map((part, i) => html`${i ? ' and ' : ''}${part}`) : 'saw no labelled test image'}.</p>
<p class="soft small">Threshold ${significant(point.threshold)}, set on good images alone to flag
${percent(point.falseAlarmRate, 1)} of them; no test image had a say in it.${dataset.testGood === 0 ? ' Without good test images the false alarms are unknown.' : ''}</p>
</section>`;
}

function warnings(list: readonly string[]): Markup | null {
  if (list.length === 0) return null;
  return html`<section class="card warnings"><strong>Worth knowing</strong>
<ul>${list.map((warning) => html`<li>${warning}</li>`)}</ul></section>`;
}

function chart(name: ChartName, svg: string | null): Markup {
  const { title, text, missing } = CAPTIONS[name];
  return html`<figure class="card" id="chart-${name}"><figcaption><strong>${title}</strong>${svg === null ? '' : text}</figcaption>
${svg === null ? html`<p class="soft">– ${missing}</p>` : new Markup(svg)}</figure>`;
}
