// Reports: pictures, charts and one HTML page from an evaluation.
export { type ReportOptions, writeReport } from '#platform/report/write';
export { type CaseCounts, type CaseKind, caseKind, selectCases } from './cases.js';
export { renderCharts } from './charts.js';
export { COLORMAP_SIZE, colorAt, colormap, type Rgb } from './colormap.js';
export { renderReport } from './html.js';
export { commonScale, heatmapImage, legend, type OverlayOptions, renderOverlay, renderTruth } from './overlay.js';
export { shrinkCase } from './shrink.js';
export type { ChartName, Charts, ColorScale, RenderedCase, ReportCase } from './types.js';
