// The report's pictures: the mistakes first, each as image, overlay and truth.
import type { Evaluation, ImageResult } from '../benchmark/types.js';
import { IadError } from '../runtime/errors.js';
import { type CaseKind, caseKind } from './cases.js';
import { colorAt, type Rgb } from './colormap.js';
import { significant } from './format.js';
import { html, type Markup } from './markup.js';
import { PREDICTED_COLOR, TRUTH_COLOR } from './overlay.js';
import type { ColorScale, RenderedCase } from './types.js';

const GROUPS: readonly CaseKind[] = ['false-alarm', 'miss', 'hit', 'pass', 'unlabelled'];

const TITLES: Readonly<Record<CaseKind, string>> = {
  'false-alarm': 'False alarms: good, but flagged',
  miss: 'Misses: anomalous, but passed',
  hit: 'Hits: anomalous and flagged',
  pass: 'Good and passed',
  unlabelled: 'Without a label',
};

/** Without a threshold nothing is flagged, and the same groups mean less. */
const TITLES_UNCALIBRATED: Readonly<Record<CaseKind, string>> = {
  ...TITLES,
  'false-alarm': 'Good images',
  miss: 'Anomalous images',
};

interface Shown {
  readonly result: ImageResult;
  readonly pictures: RenderedCase;
}

/** @throws IadError BAD_ARGUMENT for a case that the evaluation does not know */
export function gallery(evaluation: Evaluation, cases: readonly RenderedCase[], scale: ColorScale): Markup | null {
  if (cases.length === 0) return null;
  const results = new Map(evaluation.images.map((result) => [result.id, result]));
  const shown = cases.map((pictures): Shown => {
    const result = results.get(pictures.id);
    if (!result) throw new IadError('BAD_ARGUMENT', 'not an image of this evaluation', { path: pictures.id });
    return { result, pictures };
  });
  const titles = evaluation.operatingPoint === null ? TITLES_UNCALIBRATED : TITLES;
  return html`<h2>Images</h2>
${legendLine(scale)}
${GROUPS.map((kind) => {
  const members = shown.filter(({ result }) => caseKind(result) === kind);
  return members.length === 0 ? null : html`<h3>${titles[kind]}</h3>${members.map(card)}`;
})}`;
}

function card({ result, pictures }: Shown): Markup {
  const { id, defectType, score, pValue, label } = result;
  return html`<article class="card case">
<header><bdi>${id}</bdi><span class="soft small"><bdi>${defectType}</bdi></span><span class="small">score ${significant(score)}</span>${
    pValue === null ? null : html`<span class="small">p-value ${significant(pValue, 2)}</span>`
  }</header>
<div class="views">
<figure><img src="${dataUri(pictures.image)}" alt="Image ${id}"><figcaption>image</figcaption></figure>
<figure><img src="${dataUri(pictures.overlay)}" alt="Anomaly map of ${id}"><figcaption>overlay</figcaption></figure>
<figure>${
    pictures.truth === null
      ? html`<div class="none">${label === 0 ? 'good: no defect' : 'no mask'}</div>`
      : html`<img src="${dataUri(pictures.truth)}" alt="True defect of ${id}">`
  }<figcaption>truth</figcaption></figure>
</div>
</article>
`;
}

function legendLine({ low, high, threshold = null }: ColorScale): Markup {
  const stops = Array.from({ length: 17 }, (_, i) => css(colorAt(i / 16)));
  const middle = threshold === null ? '' : `; the middle is the pixel threshold, ${significant(threshold)}`;
  return html`<div class="legend small">
<span class="ramp">${significant(low)}<i style="background:linear-gradient(90deg,${stops.join(',')})"></i>${significant(high)}</span>
<span class="key"><i style="border-color:${css(PREDICTED_COLOR)}"></i>flagged by the model</span>
<span class="key"><i style="border-color:${css(TRUTH_COLOR)}"></i>true defect</span>
<span class="soft">Map values, one scale for all images${middle}.</span>
</div>`;
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

function dataUri(uri: string): string {
  if (/^data:image\/(png|jpeg);base64,[A-Za-z0-9+/]+=*$/.test(uri)) return uri;
  throw new IadError('BAD_ARGUMENT', 'a picture is not a PNG or JPEG data URI', { path: uri.slice(0, 40) });
}
