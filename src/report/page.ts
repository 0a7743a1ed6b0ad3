// What every report is written into: an HTML document that needs nothing else, and is allowed nothing else.
import { html, Markup } from './markup.js';
import { STYLE } from './style.js';

export interface Page {
  readonly title: string;
  /** Added to the look of all reports. */
  readonly style?: Markup;
  readonly body: Markup;
}

/** @returns a complete HTML document; it forbids itself scripts and requests */
export function page({ title, style, body }: Page): string {
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(STYLE)}${style ?? null}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
  return whole.text;
}
