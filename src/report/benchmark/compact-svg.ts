// Makes the SVGs of a page with dozens of charts smaller without changing what they show.
import { escapeHtml } from '../markup.js';

const FONT = / font-family="[^"]*"/g;

/**
 * Leaves out attributes that are defaults, and descriptions of single marks, which a screen reader would read by the hundred;
 * the chart as a whole gets a label instead. Coordinates keep two decimals. Lettering is left alone.
 */
export function compactSvg(svg: string, label: string): string {
  const [font = ''] = svg.match(FONT) ?? [];
  return svg
    .replace(/<[^>]*>/g, compactTag)
    .replace(/<path d="[^"]*"(?: display="none")?\/>/g, '')
    .replace('<svg ', `<svg role="img" aria-label="${escapeHtml(label)}"${font} `);
}

function compactTag(tag: string): string {
  return tag
    .replace(/ (?:role|aria-[a-z]+|pointer-events|class)="[^"]*"/g, '')
    .replace(/ (?:opacity|stroke-width)="1"/g, '')
    .replace(FONT, '')
    .replace(/(\d+\.\d\d)\d+/g, '$1');
}
