// The first steps with a list of files: which layout it has, and what has to be read before its images can be told apart.
import { readBytes } from '#platform/data/files';
import { IadError, throwIfAborted } from '../runtime/errors.js';
import { stageProgress } from '../runtime/progress.js';
import { checkWhole } from '../runtime/whole.js';
import type { DatasetOptions, FileList, OpenOptions } from './dataset.js';
import { decodeImage } from './image.js';
import type { Contents, Layout, LayoutName } from './layouts/layout.js';
import { recognise, recogniseBelow } from './layouts/registry.js';
import { byCodeUnits, hasForeignImageExtension, hasImageExtension, isIgnored, listed } from './paths.js';

/** For layouts that read nothing. */
export const NOTHING: Contents = { texts: new Map(), marked: new Set() };

/** Without what systems leave behind, sorted. */
export function usable(files: readonly string[]): string[] {
  return files.filter((path) => !path.split('/').some(isIgnored)).sort(byCodeUnits);
}

/**
 * The layout that is named, or that the files show.
 * @throws IadError `FOLDER_EMPTY`, `BAD_ARGUMENT`, `WRONG_ROOT_LEVEL`, `SPLIT_FOLDER_MISSING`
 */
export function layoutOf(files: readonly string[], list: FileList, root: string, options: DatasetOptions): Layout {
  const { layout: wanted = 'auto', split, seed = 0, baseSeed = 66, fold = 0 } = options;
  checkWhole('seed', seed);
  checkWhole('baseSeed', baseSeed);
  checkWhole('fold', fold);
  if (!files.some(hasImageExtension)) {
    const foreign = files.filter(hasForeignImageExtension).length;
    const what =
      foreign > 0 ? `${foreign} images, but none in PNG, JPEG, BMP or TIFF` : 'no PNG, JPEG, BMP or TIFF file in it';
    throw new IadError('FOLDER_EMPTY', what, { path: root, hint: 'Check the path, or convert the images.' });
  }
  const layout = recognise(files, wanted) ?? elsewhere(files, wanted, list.name, root);
  if (split !== undefined && !layout.splits.includes(split)) {
    const hint = `The layout ${layout.id} has ${layout.splits.join(', ')}.`;
    throw new IadError('BAD_ARGUMENT', `split "${split}"`, { path: 'split', hint });
  }
  const { folds = 1 } = layout;
  if (fold >= folds) {
    const hint = `The layout ${layout.id} has ${folds === 1 ? 'no folds' : `0 to ${folds - 1}`}.`;
    throw new IadError('BAD_ARGUMENT', `fold ${fold}`, { path: 'fold', hint });
  }
  return layout;
}

/**
 * The layout `folder`, unless what was asked for lies deeper or is not there.
 * @throws IadError `WRONG_ROOT_LEVEL`, `SPLIT_FOLDER_MISSING`
 */
function elsewhere(files: readonly string[], wanted: LayoutName | 'auto', name: string, root: string): Layout {
  const folders = recogniseBelow(files, wanted);
  const [first] = folders;
  if (first !== undefined) {
    throw new IadError('WRONG_ROOT_LEVEL', `it holds a dataset in ${listed(folders)}`, {
      path: root,
      hint: `Name ${root.replace(/[\\/]+$/, '')}/${first}.`,
    });
  }
  if (files.some((path) => /^Class\d+_def\//.test(path))) {
    const hint = 'Get the form with Class<n>/Train, Class<n>/Test and Label folders.';
    throw new IadError('SPLIT_FOLDER_MISSING', 'the old form of DAGM 2007, without Train and Test', {
      path: root,
      hint,
    });
  }
  const plain = wanted === 'auto' ? recognise(files, 'folder') : undefined;
  if (plain) return plain;
  throw new IadError('SPLIT_FOLDER_MISSING', `${name} has none of the folders of the layout ${wanted}`, {
    path: root,
    hint: 'iad-tf data list shows what is expected.',
  });
}

/** Larger tables than any of these datasets has. */
const MAX_TEXT = 64 * 2 ** 20;

/** Reads what a layout needs beyond the names. @throws IadError as `loadImage`; `ABORTED` */
export async function readContents(
  layout: Layout,
  files: readonly string[],
  list: FileList,
  { onProgress, signal }: OpenOptions,
): Promise<Contents> {
  const needs = layout.needs?.(files);
  if (!needs) return NOTHING;
  const texts = new Map<string, string>();
  for (const path of needs.texts) {
    if (!files.includes(path)) continue;
    texts.set(path, new TextDecoder().decode(await readBytes(list.locate(path), MAX_TEXT)));
  }
  const marked = new Set<string>();
  const report = stageProgress(onProgress, 'labels', needs.masks.length);
  for (const [index, path] of needs.masks.entries()) {
    throwIfAborted(signal);
    const source = list.locate(path);
    const { data } = await decodeImage(await readBytes(source, MAX_TEXT), { path: source });
    if (data.some((value) => value > 0)) marked.add(path);
    report(index + 1);
  }
  return { texts, marked };
}
