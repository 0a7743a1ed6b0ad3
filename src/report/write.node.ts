// Writes a report's folder: report.html, evaluation.json, charts/*.png, overlays/*.png; all of it or nothing.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Evaluation } from '../benchmark/types.js';
import { encodeJpeg, encodePng } from '../data/encode.node.js';
import type { Image } from '../data/types.js';
import { IadError, yieldTurn } from '../runtime/errors.js';
import { writing } from '../runtime/writing.node.js';
import { renderCharts } from './charts.js';
import { fileNames } from './file-names.js';
import { checkReportFolder, replaceReport } from './folder.node.js';
import { renderReport } from './html.js';
import { commonScale, renderOverlay, renderTruth } from './overlay.js';
import { rasterize } from './raster.node.js';
import { shrinkCase } from './shrink.js';
import type { RenderedCase, ReportCase } from './types.js';

/** Longer side of a report's pictures, in pixels; larger images are reduced to it. */
const MAX_SIDE = 640;
const JPEG_QUALITY = 85;

export interface ReportOptions {
  /** The model's pixel threshold, in map units: the middle of the colours. Default null: none. */
  readonly pixelThreshold?: number | null;
  /** Stops between two pictures with the error ABORTED; an earlier report stays. */
  readonly signal?: AbortSignal;
}

/**
 * Writes the report of an evaluation into `directory`, which is made if needed; an earlier report in it is replaced, other
 * files stay. Everything is written beside it first and then renamed, so a failure leaves what was there before.
 * @param cases what `selectCases` chose; kept reduced to 640 pixels, so one full-size case is in memory at a time
 * @returns the path of report.html
 * @throws IadError DISK_FULL or WRITE_FAILED; BAD_ARGUMENT for a case that is not in the evaluation or does not fit itself;
 *   ABORTED
 */
export async function writeReport(
  directory: string,
  evaluation: Evaluation,
  cases: AsyncIterable<ReportCase> | Iterable<ReportCase>,
  options: ReportOptions = {},
): Promise<string> {
  const target = resolve(directory);
  const { pixelThreshold = null, signal } = options;
  await checkReportFolder(target);
  const small: ReportCase[] = [];
  for await (const item of cases) {
    checkCase(item, evaluation);
    small.push(shrinkCase(item, MAX_SIDE));
  }
  const charts = await renderCharts(evaluation);
  await writing(target, () => mkdir(dirname(target), { recursive: true }));
  const scratch = await writing(target, () => mkdtemp(`${target}.new-`));
  try {
    await writing(target, async () => {
      await mkdir(join(scratch, 'charts'));
      await mkdir(join(scratch, 'overlays'));
      await writeFile(join(scratch, 'evaluation.json'), `${JSON.stringify(evaluation, null, 2)}\n`);
    });
    for (const [name, svg] of Object.entries(charts)) {
      if (svg === null) continue;
      await yieldTurn(signal);
      const png = await rasterize(svg);
      await writing(target, () => writeFile(join(scratch, 'charts', `${name}.png`), png));
    }
    const good = new Set(evaluation.images.filter(({ label }) => label === 0).map(({ id }) => id));
    const normal = small.filter(({ id }) => good.has(id));
    const maps = (normal.length > 0 ? normal : small).map(({ map }) => map);
    const scale = commonScale(maps, pixelThreshold);
    const names = fileNames(small.map(({ id }) => id));
    const rendered: RenderedCase[] = [];
    for (const [i, { id, image, map, mask, truth }] of small.entries()) {
      await yieldTurn(signal);
      const overlay = renderOverlay(image, map, { scale, mask, truth });
      await writing(target, () => writeFile(join(scratch, 'overlays', `${names[i]!}.png`), encodePng(overlay)));
      const real = truth && renderTruth(image, truth);
      rendered.push({ id, image: jpegUri(image), overlay: jpegUri(overlay), truth: real && jpegUri(real) });
    }
    await yieldTurn(signal);
    const page = renderReport(evaluation, charts, rendered, scale);
    await writing(target, async () => {
      await writeFile(join(scratch, 'report.html'), page);
      await replaceReport(target, scratch);
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return join(target, 'report.html');
}

function checkCase({ id, image, map }: ReportCase, evaluation: Evaluation): void {
  if (!evaluation.images.some((result) => result.id === id)) {
    throw new IadError('BAD_ARGUMENT', 'not an image of this evaluation', { path: id });
  }
  const { width, height, data } = image;
  if (map.length === width * height && data.length === 3 * width * height) return;
  throw new IadError(
    'BAD_ARGUMENT',
    `${map.length} map values and ${data.length} bytes for ${width} x ${height} pixels`,
    {
      path: id,
      hint: "Give maps at the image's own size.",
    },
  );
}

function jpegUri(image: Image): string {
  return `data:image/jpeg;base64,${Buffer.from(encodeJpeg(image, JPEG_QUALITY)).toString('base64')}`;
}
