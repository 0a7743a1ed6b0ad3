// Relative paths of a dataset, `/` as separator: what is an image, what is left out, how they are sorted.

/** What lies below a folder. */
export interface FolderListing {
  /** The folder's own name. */
  readonly name: string;
  /** Files below it, relative, in no order of meaning. */
  readonly files: readonly string[];
  /** The folders in it that there is no file in, however deep; of those that can be read. */
  readonly emptyFolders: readonly string[];
  /** What was left out, and why. */
  readonly warnings: readonly string[];
}

const IMAGE = /\.(png|jpe?g|bmp|tiff?)$/i;
const UNREADABLE_IMAGE = /\.(webp|gif|heic|avif)$/i;

/** Whether the name is that of a PNG, JPEG, BMP or TIFF file; what the file holds is found when it is opened. */
export function hasImageExtension(path: string): boolean {
  return IMAGE.test(path);
}

/** An image in a format that is not read, worth a warning. */
export function hasForeignImageExtension(path: string): boolean {
  return UNREADABLE_IMAGE.test(path);
}

/** Files and folders that systems leave behind. */
export function isIgnored(name: string): boolean {
  return name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini' || name === '__MACOSX';
}

/** File name without folders and extension. */
export function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** By UTF-16 code units: the same everywhere, unlike a locale's order. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first 20 of many, for a message. */
export function listed(items: readonly string[]): string {
  const more = items.length - 20;
  return items.slice(0, 20).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Whether a path from a table or configuration stays below the root: relative, `/` as separator, no `..`. */
export function isInside(path: string): boolean {
  if (path === '' || path.includes('\\') || path.includes('\0') || /^[a-z][a-z0-9+.-]*:/i.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
