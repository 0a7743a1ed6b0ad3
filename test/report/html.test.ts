import { describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/benchmark/types.js';
import { renderCharts } from '../../src/report/charts.js';
import { renderReport } from '../../src/report/html.js';
import { escapeHtml, html } from '../../src/report/markup.js';
import type { RenderedCase } from '../../src/report/types.js';
import { IMAGES, result, sampleEvaluation } from './sample.js';
import { tagsOf } from './tags.js';

const DOT = 'data:image/png;base64,iVBORw0KGgo=';
const SCALE = { low: 1, high: 3, threshold: 2 };

function rendered(id: string, truth: string | null = DOT): RenderedCase {
  return { id, image: DOT, overlay: DOT, truth };
}

async function page(evaluation: Evaluation, cases: readonly RenderedCase[] = []): Promise<string> {
  return renderReport(evaluation, await renderCharts(evaluation), cases, SCALE);
}

/** The page's text without tags and style, white space joined. */
function textOf(markup: string): string {
  return markup
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('renderReport', () => {
  test('is one well-formed page that asks for nothing and runs nothing', async () => {
    const text = await page(
      sampleEvaluation(),
      IMAGES.map(({ id }) => rendered(id)),
    );
    const tags = tagsOf(text);
    for (const { name, attributes } of tags) {
      expect(['script', 'link', 'iframe', 'object', 'base']).not.toContain(name);
      for (const [key, value] of Object.entries(attributes)) {
        expect(key).not.toMatch(/^on/);
        if (key === 'src' || key.endsWith('href')) expect(value).toMatch(/^data:image\//);
      }
    }
    expect(text).not.toMatch(/@import|url\(/);
    expect(tags.filter(({ name }) => name === 'img')).toHaveLength(3 * IMAGES.length);
    expect(tags.filter(({ name }) => name === 'svg')).toHaveLength(6);
    expect(text).toContain(`content="default-src 'none';`);
  });

  test('says first what the threshold does', async () => {
    const text = textOf(await page(sampleEvaluation()));
    expect(text).toContain('caught 2 of 4 anomalous images (50.0 %), missed 2');
    expect(text).toContain('raised 2 false alarms on 3 good images (66.7 %)');
    expect(text.indexOf('caught')).toBeLessThan(text.indexOf('image AUROC'));
    expect(text).toContain('image F1-max (oracle)');
  });

  test('shows the mistakes before the hits, with score and p-value', async () => {
    const ids = ['test/scratch/3.png', 'test/good/0.png', 'test/scratch/1.png', 'test/good/2.png'];
    const text = textOf(
      await page(
        sampleEvaluation(),
        ids.map((id) => rendered(id, null)),
      ),
    );
    const at = ['test/good/2.png', 'test/scratch/1.png', 'test/scratch/3.png', 'test/good/0.png'].map((id) => {
      return text.indexOf(id);
    });
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(text).toContain('score 2.6 p-value 0.25');
    expect(text).toContain('good: no defect');
    expect(text).toContain('no mask');
    expect(text).toContain('the middle is the pixel threshold, 2.');
  });

  test('undefined values are dashes with a reason', async () => {
    const undefinedMetrics = { auroc: null, ap: null, f1Max: null, f1MaxThreshold: null };
    const evaluation = sampleEvaluation({
      image: undefinedMetrics,
      pixel: null,
      perDefect: { scratch: { count: 2, image: undefinedMetrics, pixel: null } },
      operatingPoint: null,
      peakMemory: null,
      images: [result('a', 1, 2, null), result('b', 1, 3, null)],
      dataset: { ...sampleEvaluation().dataset, testGood: 0, testAnomalous: 2 },
    });
    const text = textOf(await page(evaluation));
    expect(text).toContain('– image AUROC no good test image');
    expect(text).toContain('– AUPRO (FPR ≤ 0.3) no masks in the data set');
    expect(text).toContain('– is undefined: the data set has no masks; there is no good test image to compare with.');
    expect(text).toContain('fitted without calibration');
    expect(text).not.toMatch(/NaN|null|undefined(?! *[:,]|\.)/);
  });

  test('tells how it was made', async () => {
    const text = textOf(await page(sampleEvaluation({ warnings: ['Only 4 calibration images.'] })));
    const { hash } = sampleEvaluation().backbone;
    for (const fact of [hash, 'resnet50.keras_in1k', 'wasm', 'as published', '300 MiB', 'memory bank 100 x 1536']) {
      expect(text).toContain(fact);
    }
    expect(text).toMatch(/Seed 7 /);
    expect(text).toContain('features 1.5 s, coreset 20 ms');
    expect(text).toContain('layers: [&quot;layer2&quot;,&quot;layer3&quot;]');
    expect(text).toContain('Only 4 calibration images.');
  });

  test('hostile names stay text', async () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
    const metrics = { auroc: 0.5, ap: 0.5, f1Max: 0.5, f1MaxThreshold: 1 };
    const evaluation = sampleEvaluation({
      method: evil,
      backend: evil,
      config: { [evil]: evil },
      backbone: { id: evil, hash: evil },
      dataset: { ...sampleEvaluation().dataset, name: evil, layout: evil, split: evil },
      perDefect: { [evil]: { count: 1, image: metrics, pixel: null } },
      images: [{ ...result(evil, 1, 3), defectType: evil }, result('good', 0, 1)],
      timings: { ...sampleEvaluation().timings, fit: { [evil]: 3 } },
      warnings: [evil],
    });
    const text = await page(evaluation, [rendered(evil)]);
    const tags = tagsOf(text);
    expect(tags.some(({ name }) => name === 'script')).toBe(false);
    expect(tags.filter(({ name }) => name === 'img')).toHaveLength(3);
    expect(tags.some(({ attributes }) => 'onerror' in attributes)).toBe(false);
    expect(tags.find(({ name }) => name === 'img')?.attributes.alt).toBe(`Image ${escapeHtml(evil)}`);
  });

  test('refuses pictures from elsewhere and images it does not know', async () => {
    const evaluation = sampleEvaluation();
    const id = 'test/good/1.png';
    for (const image of [
      'http://example.com/a.png',
      'javascript:alert(1)',
      'data:text/html;base64,AAAA',
      `${DOT}" x="`,
    ]) {
      await expect(page(evaluation, [{ ...rendered(id), image }])).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    }
    await expect(page(evaluation, [rendered('nowhere.png')])).rejects.toMatchObject({ path: 'nowhere.png' });
  });
});

test('html escapes what it is given and keeps what it has made', () => {
  const made = html`<b title="${`"'`}">${['<', html`<i>${1}</i>`, null]}</b>`;
  expect(made.text).toBe('<b title="&quot;&#39;">&lt;<i>1</i></b>');
  expect(escapeHtml('a\u0000\u001b[2J\tb')).toBe('a\ufffd\ufffd[2J\tb');
});
