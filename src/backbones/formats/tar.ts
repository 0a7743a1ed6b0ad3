// Reads the regular files of a tar archive (ustar, with pax names), as npm packs them.
import { IadError } from '../../runtime/errors.js';

const BLOCK = 512;

/**
 * The files by path, each a view into `bytes`. Directories and links are passed over: nothing is ever followed.
 * @throws WEIGHTS_FORMAT for headers whose checksum is wrong, entries cut short, and paths that leave the archive
 */
export function readTar(bytes: Uint8Array, path: string): ReadonlyMap<string, Uint8Array> {
  const refuse = (what: string): IadError => new IadError('WEIGHTS_FORMAT', what, { path });
  const files = new Map<string, Uint8Array>();
  let paxName: string | undefined;
  let at = 0;
  while (at + BLOCK <= bytes.byteLength) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (octal(header, 148, 8) !== checksum(header)) throw refuse('a tar header is damaged');
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    if (size === undefined || start + size > bytes.byteLength) throw refuse('the tar archive is cut short');
    const data = bytes.subarray(start, start + size);
    const kind = text(header, 156, 1);
    const prefix = text(header, 345, 155);
    const name = paxName ?? (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
    if (name.startsWith('/') || name.includes('\\') || name.split('/').includes('..')) {
      throw refuse(`the tar archive names a path outside itself, ${JSON.stringify(name)}`);
    }
    paxName = kind === 'x' ? paxPath(data) : undefined;
    if (kind === '0' || kind === '') files.set(name, data);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, padded with blanks or NULs; undefined for the binary form of sizes beyond 8 GiB. */
function octal(header: Uint8Array, at: number, length: number): number | undefined {
  const digits = text(header, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The sum of the header's bytes with its own field counted as blanks. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}

/** The path among pax records, which read `length key=value\n`. */
function paxPath(data: Uint8Array): string | undefined {
  return new TextDecoder().decode(data).match(/(?:^|\n)\d+ path=([^\n]*)\n/)?.[1];
}
