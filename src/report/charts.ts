// Renders an evaluation's charts as SVG, without a screen: the same in Node and in the browser.
import type { TopLevelSpec } from 'vega-lite';
import type { Evaluation } from '../benchmark/types.js';
import { histogramSpec, perDefectSpec } from './chart-specs.js';
import { operatingSpec, precisionRecallSpec, proSpec, rocSpec } from './curve-specs.js';
import type { ChartName, Charts } from './types.js';

const SPECS: Readonly<Record<ChartName, (evaluation: Evaluation) => TopLevelSpec | null>> = {
  histogram: histogramSpec,
  'operating-curve': operatingSpec,
  roc: rocSpec,
  'precision-recall': precisionRecallSpec,
  pro: proSpec,
  'per-defect': perDefectSpec,
};

/**
 * Score histogram, operating curve, ROC, precision-recall, PRO and per-defect bars; each null where the evaluation does not
 * define it. The SVGs are transparent and draw their ink in `currentColor`.
 */
export async function renderCharts(evaluation: Evaluation): Promise<Charts> {
  const render = async (name: ChartName) => {
    const spec = SPECS[name](evaluation);
    return spec && renderChart(spec);
  };
  return {
    histogram: await render('histogram'),
    'operating-curve': await render('operating-curve'),
    roc: await render('roc'),
    'precision-recall': await render('precision-recall'),
    pro: await render('pro'),
    'per-defect': await render('per-defect'),
  };
}

/** A Vega-Lite specification as SVG text. The chart libraries are loaded here, for they are large and seldom needed. */
export async function renderChart(spec: TopLevelSpec): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
