// Puts a synthetic dataset on disk as PNG files, whole or not at all.
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { IadError, throwIfAborted } from '../../runtime/errors.js';
import { type OnProgress, stageProgress } from '../../runtime/progress.js';
import type { Image, Mask } from '../types.js';
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
      await put(within(item.path), encodeImage(image));
      if (item.maskPath !== null) await put(within(item.maskPath), encodeGrey(mask));
      report(done + 1);
    }
    throwIfAborted(options.signal);
    await rmdir(folder).catch(ignoreMissing);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (created !== undefined) await removeEmpty(parent, created);
    throw asIadError(error, folder);
  }
  return { folder, images: items.length };
}

async function refuseNonEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw asIadError(error, folder);
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

function encodeImage({ width, height, data }: Image): Uint8Array {
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) {
    png.data.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
    png.data[4 * i + 3] = 255;
  }
  return PNG.sync.write(png, { colorType: 2 });
}

function encodeGrey({ width, height, data }: Mask): Uint8Array {
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++)
    png.data.fill(data[i]! ? 255 : 0, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
  return PNG.sync.write(png, { colorType: 0 });
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function asIadError(error: unknown, path: string): IadError {
  if (error instanceof IadError) return error;
  const what = error instanceof Error ? error.message : String(error);
  const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
  return new IadError(full ? 'DISK_FULL' : 'WRITE_FAILED', what, { path, cause: error });
}
