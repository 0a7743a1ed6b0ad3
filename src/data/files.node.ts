// Files and folders, in Node.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { IadError } from '../runtime/errors.js';
import { tooLarge } from './image.js';
import { type FolderListing, hasImageExtension, isIgnored } from './paths.js';

/** Entries after which a folder is taken for a mistake, such as the root of a disk. */
const MAX_ENTRIES = 1_000_000;

/**
 * Reads a regular file after looking at its size.
 * @throws IadError `IMAGE_NOT_FOUND`, `IMAGE_TOO_LARGE`, `IMAGE_FORMAT` (a folder or device), `IMAGE_UNREADABLE`
 */
export async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const info = await stat(path);
    if (!info.isFile()) throw new IadError('IMAGE_FORMAT', 'not a file', { path, hint: 'Name an image file.' });
    if (info.size > maxBytes) throw tooLarge(`${info.size} bytes, the limit is ${maxBytes}`, path, 'maxBytes');
    return await readFile(path);
  } catch (cause) {
    if (cause instanceof IadError) throw cause;
    if (isMissing(cause))
      throw new IadError('IMAGE_NOT_FOUND', 'no such file', { path, hint: 'Check the path.', cause });
    throw new IadError('IMAGE_UNREADABLE', reasonOf(cause), { path, hint: 'Check its permissions.', cause });
  }
}

/** Bytes of a file, which is not read. @throws IadError `IMAGE_NOT_FOUND` */
export async function fileSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new IadError('IMAGE_NOT_FOUND', reasonOf(cause), { path, hint: 'Check the path.', cause });
  }
}

/**
 * All files below a folder. Symbolic links are followed inside the folder only, and never in a circle; a subfolder that
 * cannot be read gives a warning.
 * @throws IadError `FOLDER_NOT_FOUND` if the folder itself is missing, is a file, or cannot be read
 */
export async function listFolder(root: string): Promise<FolderListing> {
  const top = await realpath(root).catch((cause: unknown) => {
    throw new IadError('FOLDER_NOT_FOUND', 'no such folder', { path: root, hint: 'Check the path.', cause });
  });
  const files: string[] = [];
  const empty = new Set<string>();
  const warnings: string[] = [];
  let entriesSeen = 0;

  const walk = async (folder: string, relative: string, above: readonly string[]): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      if (relative === '') {
        const hint = 'Check the path and its permissions.';
        throw new IadError('FOLDER_NOT_FOUND', `not a readable folder (${reasonOf(cause)})`, {
          path: root,
          hint,
          cause,
        });
      }
      empty.delete(topOf(relative));
      warnings.push(`${relative}: left out, it cannot be read (${reasonOf(cause)})`);
      return [];
    });
    entriesSeen += entries.length;
    if (entriesSeen > MAX_ENTRIES) {
      const hint = 'Name the folder that holds the images.';
      throw new IadError('LAYOUT_UNKNOWN', `more than ${MAX_ENTRIES} entries`, { path: root, hint });
    }
    for (const entry of entries) {
      const name = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (isIgnored(entry.name)) continue;
      if (relative === '' && entry.isDirectory()) empty.add(name);
      if (!entry.isDirectory()) empty.delete(topOf(name));
      if (entry.isFile()) files.push(name);
      else if (entry.isDirectory()) await walk(join(folder, entry.name), name, [...above, folder]);
      else if (entry.isSymbolicLink()) {
        const real = await realpath(join(folder, entry.name)).catch(() => undefined);
        if (real === undefined) warnings.push(`${name}: left out, a link to nowhere`);
        else if (!real.startsWith(top + sep) && real !== top) {
          warnings.push(`${name}: left out, a link to outside of the folder`);
        } else if ((await stat(real)).isFile()) files.push(name);
        else if ([...above, folder].includes(real)) warnings.push(`${name}: left out, a link in a circle`);
        else await walk(real, name, [...above, folder]);
      }
    }
  };
  await walk(top, '', []);
  return { name: basename(resolve(root)), files, emptyFolders: [...empty].sort(), warnings };
}

/** A file below a folder as a path to open. */
export function locate(root: string, relative: string): string {
  return join(root, ...relative.split('/'));
}

function topOf(relative: string): string {
  return relative.split('/')[0] ?? '';
}

/**
 * Image files named by paths, folders (all images below) and patterns with `*`, `**`, `?`, `{a,b}`. A path that exists
 * is never read as a pattern. Each file once; the order is that of the arguments, sorted within each.
 * @throws IadError `IMAGE_NOT_FOUND` for a path or pattern without match, `FOLDER_EMPTY` for a folder without images
 */
export async function listImages(pathsOrGlobs: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const item of pathsOrGlobs) {
    const info = await stat(item).catch(() => undefined);
    let matches: string[];
    if (info?.isDirectory()) {
      const { files } = await listFolder(item);
      matches = files
        .filter(hasImageExtension)
        .sort()
        .map((file) => join(item, ...file.split('/')));
      if (matches.length === 0) {
        const hint = 'Check the path, or convert the images.';
        throw new IadError('FOLDER_EMPTY', 'no PNG, JPEG, BMP or TIFF file in it', { path: item, hint });
      }
    } else if (info) matches = [item];
    else {
      const pattern = sep === '\\' ? item.replaceAll('\\', '/') : item;
      matches = isDynamicPattern(pattern)
        ? (await glob(pattern, { absolute: isAbsolute(item), expandDirectories: false })).sort()
        : [];
      matches = matches.filter(hasImageExtension);
      if (matches.length === 0) {
        throw new IadError('IMAGE_NOT_FOUND', 'no such image', { path: item, hint: 'Check the path or pattern.' });
      }
    }
    for (const match of matches) if (!found.has(resolve(match))) found.set(resolve(match), match);
  }
  return [...found.values()];
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
