// Writes a report's folder: report.html, evaluation.json, charts/*.png, overlays/*.png; all of it or nothing.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Evaluation } from '../benchmark/types.js';
import type { Image } from '../data/types.js';
import { IadError } from '../runtime/errors.js';
import { renderCharts } from './charts.js';
import { encodeJpeg, encodePng } from './encode.node.js';
import { fileNames } from './file-names.js';
import { renderReport } from './html.js';
import { commonScale, renderOverlay, renderTruth } from './overlay.js';
import { rasterize } from './raster.node.js';
import { shrinkCase } from './shrink.js';
import type { RenderedCase, ReportCase } from './types.js';

/** Longer side of a report's pictures, in pixels; larger images are reduced to it. */
const MAX_SIDE = 640;
const JPEG_QUALITY = 85;
const ENTRIES = ['report.html', 'evaluation.json', 'charts', 'overlays'];
const MARKS = ['report.html', 'evaluation.json'];

export interface ReportOptions {
  /** The model's pixel threshold, in map units: the middle of the colours. Default null: none. */
  readonly pixelThreshold?: number | null;
}

/**
 * Writes the report of an evaluation into `directory`, which is made if needed; an earlier report in it is replaced, other
 * files stay. Everything is written beside it first and then renamed, so a failure leaves what was there before.
 * @param cases what `selectCases` chose; kept reduced to 640 pixels, so one full-size case is in memory at a time
 * @returns the path of report.html
 * @throws IadError DISK_FULL or WRITE_FAILED; BAD_ARGUMENT for a case that is not in the evaluation or does not fit itself
 */
export async function writeReport(
  directory: string,
  evaluation: Evaluation,
  cases: AsyncIterable<ReportCase> | Iterable<ReportCase>,
  options: ReportOptions = {},
): Promise<string> {
  const target = resolve(directory);
  const small: ReportCase[] = [];
  for await (const item of cases) {
    checkCase(item, evaluation);
    small.push(shrinkCase(item, MAX_SIDE));
  }
  const charts = await renderCharts(evaluation);
  await writing(target, () => mkdir(dirname(target), { recursive: true }));
  await refuseStranger(target);
  const scratch = await writing(target, () => mkdtemp(`${target}.new-`));
  try {
    await writing(target, async () => {
      await mkdir(join(scratch, 'charts'));
      await mkdir(join(scratch, 'overlays'));
      await writeFile(join(scratch, 'evaluation.json'), `${JSON.stringify(evaluation, null, 2)}\n`);
    });
    for (const [name, svg] of Object.entries(charts)) {
      if (svg === null) continue;
      const png = await rasterize(svg);
      await writing(target, () => writeFile(join(scratch, 'charts', `${name}.png`), png));
    }
    const good = new Set(evaluation.images.filter(({ label }) => label === 0).map(({ id }) => id));
    const normal = small.filter(({ id }) => good.has(id));
    const maps = (normal.length > 0 ? normal : small).map(({ map }) => map);
    const scale = commonScale(maps, options.pixelThreshold ?? null);
    const names = fileNames(small.map(({ id }) => id));
    const rendered: RenderedCase[] = [];
    for (const [i, { id, image, map, mask, truth }] of small.entries()) {
      const overlay = renderOverlay(image, map, { scale, mask, truth });
      await writing(target, () => writeFile(join(scratch, 'overlays', `${names[i]!}.png`), encodePng(overlay)));
      const real = truth && renderTruth(image, truth);
      rendered.push({ id, image: jpegUri(image), overlay: jpegUri(overlay), truth: real && jpegUri(real) });
    }
    const page = renderReport(evaluation, charts, rendered, scale);
    await writing(target, async () => {
      await writeFile(join(scratch, 'report.html'), page);
      await replace(target, scratch);
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

/** Only an earlier report's files are replaced: a folder named `charts` without a report beside it is somebody's. */
async function refuseStranger(target: string): Promise<void> {
  const entries = (await writing(target, () => existingEntries(target))) ?? [];
  const stranger = ENTRIES.find((entry) => entries.includes(entry));
  if (stranger === undefined || MARKS.every((mark) => entries.includes(mark))) return;
  throw new IadError('WRITE_FAILED', `the folder holds '${stranger}', which no report has written`, {
    path: target,
    hint: 'Name a new or empty folder.',
  });
}

async function existingEntries(target: string): Promise<string[] | null> {
  try {
    return await readdir(target);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Old entries step aside, new ones take their place; should one not land, all go back. */
async function replace(target: string, scratch: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const aside = await mkdtemp(`${target}.old-`);
  const landed: string[] = [];
  const old: string[] = [];
  try {
    for (const entry of ENTRIES) {
      const existing = await existingEntries(target);
      if (existing?.includes(entry)) {
        await rename(join(target, entry), join(aside, entry));
        old.push(entry);
      }
      await rename(join(scratch, entry), join(target, entry));
      landed.push(entry);
    }
  } catch (error) {
    for (const entry of landed) await rm(join(target, entry), { recursive: true, force: true });
    for (const entry of old) await rename(join(aside, entry), join(target, entry));
    throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function writing<T>(target: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw writeError(target, cause);
  }
}

/** A failed write in the library's terms. */
export function writeError(path: string, cause: unknown): IadError {
  const code = errorCode(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new IadError('DISK_FULL', 'no space left for the report', {
      path,
      hint: 'Free some space, then again.',
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IadError('WRITE_FAILED', `the report cannot be written: ${reason}`, {
    path,
    hint: 'Choose a folder that you may write to.',
    cause,
  });
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function jpegUri(image: Image): string {
  return `data:image/jpeg;base64,${Buffer.from(encodeJpeg(image, JPEG_QUALITY)).toString('base64')}`;
}
