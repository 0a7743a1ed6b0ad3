// The report's figures: headline tiles, the table of defect types, how the run was made, how to read it all.
import type { Evaluation } from '../benchmark/types.js';
import { delongInterval } from '../metrics/index.js';
import { labelled } from './chart-parts.js';
import { caughtShare } from './chart-specs.js';
import { bytes, count, duration, metric, percent, significant } from './format.js';
import { type Content, html, type Markup } from './markup.js';

/** The metrics of the whole test set, each undefined one with its reason. */
export function tiles(evaluation: Evaluation): Markup {
  const { image, pixel } = evaluation;
  const byImage = imageReason(evaluation);
  const byPixel = pixel === null ? 'no masks in the data set' : 'needs normal and anomalous pixels';
  const all: [string, number | null, string, string?][] = [
    ['image AUROC', image.auroc, byImage, aurocRange(evaluation)],
    ['image AP', image.ap, byImage],
    ['image F1-max (oracle)', image.f1Max, byImage],
    ['pixel AUROC', pixel?.auroc ?? null, byPixel],
    ['pixel AP', pixel?.ap ?? null, byPixel],
    ['AUPRO (FPR ≤ 0.3)', pixel?.aupro ?? null, byPixel],
    ...saturatedTiles(evaluation),
  ];
  return html`<div class="tiles">${all.map(
    ([name, value, reason, range = '']) =>
      html`<div class="card"><b>${metric(value)}</b><span class="soft small">${name}${range}</span>${
        value === null ? html`<span class="small">${reason}</span>` : null
      }</div>`,
  )}</div>`;
}

/** Of datasets that say from when on a defect counts as found. */
function saturatedTiles({ saturated }: Evaluation): [string, number | null, string][] {
  const reason = 'needs defects and normal pixels';
  const overlap = saturated?.overlap.find(({ limit }) => limit === 0.05);
  if (!overlap) return [];
  const { auspro, byGroup } = overlap;
  const pooled: [string, number | null, string] = ['AUsPRO (FPR ≤ 0.05)', auspro, reason];
  if (!byGroup) return [pooled];
  return [
    pooled,
    ['AUsPRO, structural', byGroup.structural.auspro, reason],
    ['AUsPRO, logical', byGroup.logical.auspro, reason],
  ];
}

/** Where the AUROC of all such images lies; nothing where no two images are out of order, for then the interval is a point. */
function aurocRange(evaluation: Evaluation): string {
  const images = labelled(evaluation);
  const found = delongInterval(
    images.map(({ score }) => score),
    images.map(({ label }) => label),
  );
  return found === null || found.standardError === 0 ? '' : ` (${metric(found.low)} to ${metric(found.high)})`;
}

function imageReason({ dataset }: Evaluation): string {
  if (dataset.testAnomalous === 0) return 'no anomalous test image';
  return dataset.testGood === 0 ? 'no good test image' : 'needs good and anomalous images';
}

/** One row per defect type, the hardest first. */
export function perDefectTable(evaluation: Evaluation): Markup {
  const rows = Object.entries(evaluation.perDefect).sort(([, a], [, b]) => (a.image.auroc ?? 2) - (b.image.auroc ?? 2));
  if (rows.length === 0) return html`<p class="soft">No anomalous test image, so no defect types.</p>`;
  const undefinedValues = rows.some(([, { image, pixel }]) => image.auroc === null || (pixel?.aupro ?? null) === null);
  const reasons = [
    ...(evaluation.pixel === null ? ['the data set has no masks'] : []),
    ...(evaluation.dataset.testGood === 0 ? ['there is no good test image to compare with'] : []),
  ];
  const head = ['Defect', 'Images', 'Caught', 'Image AUROC', 'Image AP', 'F1-max (oracle)', 'Pixel AUROC', 'AUPRO'];
  return html`<div class="card scroll"><table>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(([defect, { count: images, image, pixel }]) => {
    const share = caughtShare(evaluation, defect);
    return html`<tr><td><bdi>${defect}</bdi></td><td>${images}</td><td>${share === null ? '–' : percent(share, 1)}</td>${[
      image.auroc,
      image.ap,
      image.f1Max,
      pixel?.auroc ?? null,
      pixel?.aupro ?? null,
    ].map((value) => html`<td>${metric(value)}</td>`)}</tr>
`;
  })}</tbody></table></div>
<p class="soft small">Each type against all good test images.${
    undefinedValues ? ` – is undefined: ${reasons.join('; ') || 'one class is missing'}.` : ''
  }</p>`;
}

/** What thresholds set on good images catch; nothing where there were none to set them on. */
function caughtAtRates({ normalPoints }: Evaluation): [string, Content][] {
  if (!normalPoints) return [];
  const { from, scores, points } = normalPoints;
  const rates = points.map(({ tnr, tpr, fpr }) => {
    const alarms = fpr === null ? '' : ` (${percent(fpr, 1)} false alarms in the test)`;
    return html`${tpr === null ? '–' : percent(tpr, 1)} at a wanted ${percent(1 - tnr, 1)} of false alarms${alarms}<br>`;
  });
  const source = from === 'validation' ? 'validation image' : 'held-out image';
  return [['Defects caught', [`Thresholds from ${count(scores.length, source)}: `, ...rates]]];
}

function latencyText({ timings: { latency, imagesPerSecond } }: Evaluation): string {
  const rate = imagesPerSecond === null ? '' : `; ${significant(imagesPerSecond)} images per second in all`;
  if (latency === null) return rate;
  return `; one image takes ${duration(latency.median)} (median), ${duration(latency.p95)} (95th percentile), without decoding${rate}`;
}

/** Everything needed to run it again, and what it cost. */
export function howItWasMade(evaluation: Evaluation): Markup {
  const { dataset, backbone, timings, learned, peakMemory } = evaluation;
  const { decode, features, scoring } = timings.perImage;
  const fit = Object.values(timings.fit).reduce((a, b) => a + b, 0);
  const stages = Object.entries(timings.fit).map(([stage, time]) => `${stage} ${duration(time)}`);
  const facts: [string, Content][] = [
    ['Method', `${evaluation.method}, iad-tf ${evaluation.libraryVersion}`],
    ['Data', [html`<bdi>${dataset.name}</bdi>`, `, layout ${dataset.layout}, split ${dataset.split}`]],
    ['Seed', evaluation.seed],
    ['Backbone', [`${backbone.id}, SHA-256 `, html`<code>${backbone.hash}</code>`]],
    ['Backend', evaluation.backend],
    ['Learned', learned.map(({ name, shape }) => `${name} ${shape.join(' x ')}`).join(', ')],
    ['Fitting', `${duration(fit)}${stages.length ? `: ${stages.join(', ')}` : ''}`],
    [
      'Predicting',
      `${duration(timings.predictTotal)} for ${count(evaluation.images.length, 'image')}; per image: decoding ` +
        `${duration(decode)}, features ${duration(features)}, scoring ${duration(scoring)}${latencyText(evaluation)}`,
    ],
    ['Peak memory', peakMemory === null ? '– (this system does not tell)' : bytes(peakMemory)],
    [
      'Threshold',
      evaluation.operatingPoint === null
        ? '– (fitted without calibration)'
        : significant(evaluation.operatingPoint.threshold),
    ],
    ...caughtAtRates(evaluation),
    [
      'Configuration',
      Object.entries(evaluation.config).map(
        ([key, value]) => html`<code>${key}: ${JSON.stringify(value) ?? String(value)}</code><br>`,
      ),
    ],
  ];
  return html`<div class="card made"><dl>${facts.map(([name, fact]) => html`<dt>${name}</dt><dd>${fact}</dd>`)}</dl></div>`;
}

const READING: readonly (readonly [string, string])[] = [
  [
    'Score and map',
    'Higher is more anomalous. The unit is the method’s own, so scores of different models cannot be compared.',
  ],
  [
    'Image AUROC',
    'The chance that an anomalous image scores higher than a good one, ties counting half: 1 is perfect, 0.5 is guessing. In brackets its 95 % confidence interval (DeLong): what other test images of the same kind could have given.',
  ],
  [
    'AP',
    'Average precision, summed step-wise. It depends on the share of anomalous images: guessing gives that share, not 0.5.',
  ],
  [
    'F1-max (oracle)',
    'The best F1 of all thresholds, chosen with the test labels in hand. No model in use can know that threshold; it is an upper bound and not a promise.',
  ],
  [
    'Pixel AUROC',
    'The same as image AUROC over all pixels of all test images. Defects cover few pixels, so it is high even where small ones are missed.',
  ],
  [
    'AUPRO',
    'How much of each connected true region is covered, averaged over regions, up to a pixel false-positive rate of 0.3. A small defect counts as much as a large one.',
  ],
  [
    'AUsPRO',
    'As AUPRO, up to a false-positive rate of 0.05, for datasets that say from what area on a defect counts as found. Measured at the images’ own sizes.',
  ],
  [
    'Threshold, caught, missed, false alarm',
    'What happens with the threshold that the model set on held-out good images. This is what to expect in use; the rate of false alarms meets the wanted one only as closely as the number of good images allows.',
  ],
  [
    'p-value',
    'The share of held-out good images that score at least as high, counting the image itself. Its smallest value is one over their number plus one.',
  ],
  ['–', 'Undefined, with the reason beside it. It is never replaced by 0 or 0.5.'],
];

export function howToRead(): Markup {
  return html`<div class="card read"><dl>${READING.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl></div>`;
}
