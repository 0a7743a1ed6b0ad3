// Reads the stored (uncompressed) entries of a zip file, which is how torch.save packs tensors.
import { IadError } from '../../runtime/errors.js';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;

/**
 * The entries by name, each a view into `bytes`.
 * @throws WEIGHTS_FORMAT for compressed or encrypted entries, for zips beyond 4 GiB and for lengths that point outside
 */
export function readStoredZip(bytes: Uint8Array, path: string): ReadonlyMap<string, Uint8Array> {
  const refuse = (what: string): IadError =>
    new IadError('WEIGHTS_FORMAT', what, { path, hint: 'Save it anew with torch.save(model.state_dict(), path).' });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) throw refuse('the zip directory is missing; the file is cut short');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY_ENTRY) throw refuse('the zip directory is damaged');
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const local = view.getUint32(at + 42, true);
    if (next > end) throw refuse('the zip directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    if (method !== 0 || packed !== size || flags & 1) throw refuse(`entry ${name} is compressed or encrypted`);
    if (local + 30 > end || view.getUint32(local, true) !== LOCAL_HEADER) {
      throw refuse(`entry ${name} lies outside the file, or beyond 4 GiB`);
    }
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + size > end) throw refuse(`entry ${name} is cut short`);
    if (entries.has(name)) throw refuse(`entry ${name} is there twice`);
    entries.set(name, bytes.subarray(start, start + size));
    at = next;
  }
  return entries;
}

function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT; at--) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  return undefined;
}
