// Small pictures of the worst images, from the datasets where they lie on this machine.
import { join, resolve, sep } from 'node:path';
import type { BenchmarkReport } from '../../benchmark/report/index.js';
import { encodeJpeg } from '../../data/encode.node.js';
import { loadImage } from '../../data/load.js';
import { IadError, yieldTurn } from '../../runtime/errors.js';
import { shrinkImage } from '../shrink.js';
import { shownWorst, thumbnailKey } from './html-worst.js';

/** Longer side, pixels. */
const SIDE = 96;
const JPEG_QUALITY = 75;

export interface FoundThumbnails {
  readonly pictures: ReadonlyMap<string, string>;
  /** Images that are not there or cannot be read. */
  readonly missing: number;
}

/**
 * Of every image that the page names, once. An image that is not there is left out: its name stays on the page.
 * @param root the folder that holds the datasets, each in a folder of its name
 * @throws IadError ABORTED
 */
export async function loadThumbnails(
  report: BenchmarkReport,
  root: string,
  signal?: AbortSignal,
): Promise<FoundThumbnails> {
  const pictures = new Map<string, string>();
  let missing = 0;
  for (const { name, folder: own } of report.datasets) {
    const folder = join(root, own);
    const ids = new Set(shownWorst(report, name).flatMap(({ images }) => images.map(({ id }) => id)));
    for (const id of ids) {
      await yieldTurn(signal);
      const picture = isWithin(root, folder, id) ? await thumbnail(join(folder, id)) : null;
      if (picture === null) missing++;
      else pictures.set(thumbnailKey(name, id), picture);
    }
  }
  return { pictures, missing };
}

/** Names in records come from outside: none may lead out of the folder that was given. */
function isWithin(root: string, folder: string, id: string): boolean {
  const [top, inner, path] = [resolve(root), resolve(folder), resolve(folder, id)];
  return inner.startsWith(`${top}${sep}`) && path.startsWith(`${inner}${sep}`);
}

async function thumbnail(path: string): Promise<string | null> {
  try {
    const small = shrinkImage(await loadImage(path), SIDE);
    return `data:image/jpeg;base64,${Buffer.from(encodeJpeg(small, JPEG_QUALITY)).toString('base64')}`;
  } catch (error) {
    if (error instanceof IadError) return null;
    throw error;
  }
}
