// The colour and the mark of each method, the same in all charts of a page.
import { ANOMALOUS, GOOD, PIXELS } from '../chart-parts.js';

// Middle tones, to stand on light and on dark ground; where they come round again, the mark is another.
const COLORS = [GOOD, ANOMALOUS, PIXELS, '#a05fc4', '#b8860b', '#d0568f', '#6b8e3a', '#8a6d5b', '#6f7b8c', '#4fa3c9'];
const SHAPES = ['circle', 'square', 'triangle-up', 'diamond', 'cross'];

export interface Look {
  readonly color: string;
  readonly shape: string;
}

/** By label. */
export function looksOf(labels: readonly string[]): ReadonlyMap<string, Look> {
  return new Map(
    labels.map((label, i): [string, Look] => {
      const shape = SHAPES[(i + Math.floor(i / COLORS.length)) % SHAPES.length]!;
      return [label, { color: COLORS[i % COLORS.length]!, shape }];
    }),
  );
}
