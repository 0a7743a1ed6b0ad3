// Renders an evaluation's charts as SVG, without a screen: the same in Node and in the browser.
import type { TopLevelSpec } from 'vega-lite';
import type { Evaluation } from '../benchmark/types.js';
import { histogramSpec, perDefectSpec, precisionRecallSpec, rocSpec } from './chart-specs.js';
import type { Charts } from './types.js';

/**
 * Score histogram, ROC, precision-recall and per-defect bars; each null where the evaluation does not define it. The
 * SVGs are transparent and draw their ink in `currentColor`.
 */
export async function renderCharts(evaluation: Evaluation): Promise<Charts> {
  const [histogram, roc, precisionRecall, perDefect] = await Promise.all(
    [histogramSpec, rocSpec, precisionRecallSpec, perDefectSpec].map(async (make) => {
      const spec = make(evaluation);
      return spec && renderChart(spec);
    }),
  );
  return {
    histogram: histogram ?? null,
    roc: roc ?? null,
    'precision-recall': precisionRecall ?? null,
    'per-defect': perDefect ?? null,
  };
}

/** A Vega-Lite specification as SVG text. The chart libraries are loaded here, for they are large and seldom needed. */
async function renderChart(spec: TopLevelSpec): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
