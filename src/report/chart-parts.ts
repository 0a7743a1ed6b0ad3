// What all charts share: colours, look, and an evaluation's labelled images.
import type { TopLevelSpec } from 'vega-lite';
import type { Evaluation, ImageResult } from '../benchmark/types.js';

// Blue and vermilion keep apart for colour-blind eyes and stand on light and on dark ground.
export const GOOD = '#3b82d6';
export const ANOMALOUS = '#e2592b';
export const PIXELS = '#2a9d8f';
const WIDTH = 380;
const HEIGHT = 260;

/** An image whose label is known. */
export type Labelled = ImageResult & { readonly label: 0 | 1 };

export function labelled(evaluation: Evaluation): Labelled[] {
  return evaluation.images.filter((image): image is Labelled => image.label !== -1);
}

export const dashed = { color: 'currentColor', opacity: 0.6, strokeDash: [5, 4], strokeWidth: 1.2 };

export type Layered = Extract<TopLevelSpec, { layer: unknown }>;
export type Layer = Layered['layer'][number];

/** Adds the look that all charts share. `currentColor` lets the page around them choose light or dark. */
export function chart(description: string, body: Omit<Layered, 'config'>): TopLevelSpec {
  return {
    description,
    width: WIDTH,
    height: HEIGHT,
    padding: 4,
    background: 'transparent',
    ...body,
    config: {
      font: 'Inter, system-ui, sans-serif',
      view: { stroke: null },
      axis: {
        labelColor: 'currentColor',
        titleColor: 'currentColor',
        titleFontWeight: 'normal',
        domainColor: 'currentColor',
        domainOpacity: 0.5,
        tickColor: 'currentColor',
        tickOpacity: 0.5,
        gridColor: 'currentColor',
        gridOpacity: 0.1,
        tickCount: 6,
        labelFlush: false,
      },
      legend: { labelColor: 'currentColor', orient: 'top', symbolType: 'square', offset: 8 },
    },
  };
}
