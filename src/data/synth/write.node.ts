// Puts a synthetic dataset on disk as PNG files, whole or not at all.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { IadError, throwIfAborted } from '../../runtime/errors.js';
import { type OnProgress, stageProgress } from '../../runtime/progress.js';
import { errorCode, writeError } from '../../runtime/writing.node.js';
import { encodePng } from '../encode.js';
import { planSynth, type SynthOptions } from './plan.js';
import { synthImage } from './render.js';

export interface WriteSynthOptions extends SynthOptions {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface WrittenSynth {
  /** Absolute path of the folder with `train`, `test` and `ground_truth`. */
  readonly folder: string;
  /** Pictures written, masks not counted. */
  readonly images: number;
}

/**
 * Writes `<root>/<kind>/train/good/000.png` and so on in the layout of MVTec AD. The tree grows in a temporary folder beside its
 * place and is renamed when complete; on failure or abort nothing stays behind.
 * @throws IadError BAD_ARGUMENT as `planSynth`; WRITE_FAILED if `<root>/<kind>` exists and is not empty, or the system refuses;
 * DISK_FULL; ABORTED
 */
export async function writeSynth(root: string, options: WriteSynthOptions): Promise<WrittenSynth> {
  const items = planSynth(options);
  throwIfAborted(options.signal);
  const parent = resolve(root);
  const folder = join(parent, options.kind);
  await refuseNonEmpty(folder);
  const temporary = join(parent, `.${options.kind}-${randomUUID()}.tmp`);
  const report = stageProgress(options.onProgress, 'synth', items.length);
  let created: string | undefined;
  try {
    created = await mkdir(parent, { recursive: true });
    report(0);
    for (const [done, item] of items.entries()) {
      throwIfAborted(options.signal);
      const { image, mask } = synthImage(item);
      const within = (path: string) => join(temporary, path.slice(options.kind.length + 1));
      await put(within(item.path), encodePng(image));
      if (item.maskPath !== null) await put(within(item.maskPath), encodePng(mask, 'mask'));
      report(done + 1);
    }
    throwIfAborted(options.signal);
    await rmdir(folder).catch(ignoreMissing);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (created !== undefined) await removeEmpty(parent, created);
    throw writeError(folder, error);
  }
  return { folder, images: items.length };
}

async function refuseNonEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return [];
    throw writeError(folder, error);
  });
  if (entries.length === 0) return;
  throw new IadError('WRITE_FAILED', 'the folder exists and is not empty', {
    path: folder,
    hint: 'Choose another folder or remove this one.',
  });
}

/** Removes `folder` and the folders above it up to `top`, as far as they are empty: another writer may be at work in them. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let at = folder; at.length >= resolve(top).length; at = dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}
