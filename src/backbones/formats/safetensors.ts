// safetensors: eight bytes of header length, a JSON header of names, dtypes, shapes and offsets, then the bytes. Read and
// written here for weights and for model files alike. Format: https://huggingface.co/docs/safetensors
import * as z from 'zod';
import { IadError, type IadErrorCode } from '../../runtime/errors.js';
import { DTYPE_BYTES, type Dtype, elementCount, type RawTensor, type TensorMap } from './tensor.js';

export interface SafetensorsFile {
  /** In the order of their bytes. */
  readonly tensors: TensorMap;
  /** The `__metadata__` entry; empty if there is none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The reference implementation's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

const metadataSchema = z.record(z.string(), z.string());
const entrySchema = z.strictObject({
  dtype: z.enum(Object.keys(DTYPE_BYTES) as Dtype[]),
  shape: z.array(z.number()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});

/**
 * Reads a file without copying: each tensor's data is a view into `bytes`.
 *
 * Refused: a header longer than the file or 100 MB, unknown dtypes, shapes that do not match their offsets, and offsets that
 * overlap, leave holes or do not end with the file (so one cut short never passes).
 * @param origin.path for messages
 * @param origin.code of the error, WEIGHTS_FORMAT by default
 */
export function readSafetensors(
  bytes: Uint8Array,
  { path = 'safetensors', code = 'WEIGHTS_FORMAT' }: { path?: string; code?: IadErrorCode } = {},
): SafetensorsFile {
  const refuse = (what: string, cause?: unknown): IadError =>
    new IadError(code, what, { path, hint: 'Is it the right file, copied whole?', cause });
  if (bytes.byteLength < 8) throw refuse(`${bytes.byteLength} bytes are no safetensors file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(Math.min(MAX_HEADER_BYTES, bytes.byteLength - 8))) {
    throw refuse(
      `the header claims ${headerBytes} bytes, the file has ${bytes.byteLength}; it is cut short or no safetensors`,
    );
  }
  const dataStart = 8 + Number(headerBytes);
  const header = parseHeader(bytes.subarray(8, dataStart), refuse);

  let metadata: Readonly<Record<string, string>> = {};
  const found: { name: string; begin: number; end: number; tensor: RawTensor }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw refuse('__metadata__ is not a map of strings');
      metadata = parsed.data;
      continue;
    }
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) throw refuse(`tensor ${name}: ${parsed.error.issues[0]?.message}`);
    const { dtype, shape, data_offsets: offsets } = parsed.data;
    const [begin, end] = offsets;
    const count = elementCount(shape);
    if (count === undefined || end - begin !== count * DTYPE_BYTES[dtype]) {
      throw refuse(`tensor ${name}: ${dtype} [${shape.join(', ')}] does not fill bytes ${begin} to ${end}`);
    }
    if (dataStart + end > bytes.byteLength) {
      throw refuse(`tensor ${name} ends at byte ${dataStart + end}, the file at ${bytes.byteLength}; it is cut short`);
    }
    found.push({
      name,
      begin,
      end,
      tensor: { dtype, shape, data: bytes.subarray(dataStart + begin, dataStart + end) },
    });
  }
  found.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of found) {
    if (begin !== covered)
      throw refuse(`tensor ${name} begins at ${begin}, not at ${covered} where the one before it ends`);
    covered = end;
  }
  if (dataStart + covered !== bytes.byteLength) {
    throw refuse(`${bytes.byteLength - dataStart - covered} bytes at the end belong to no tensor`);
  }
  return { tensors: new Map(found.map(({ name, tensor }) => [name, tensor])), metadata };
}

/**
 * Writes tensors in the order of the map, wider dtypes first, so that every one starts at a multiple of its element size.
 * The same input gives the same bytes.
 * @throws BAD_ARGUMENT when a tensor's bytes do not match its shape, or a name is `__metadata__`
 */
export function writeSafetensors(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([, a], [, b]) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype]);
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    const count = elementCount(shape);
    if (name === '__metadata__' || count === undefined || data.byteLength !== count * DTYPE_BYTES[dtype]) {
      const what = `tensor ${name}: ${data.byteLength} bytes for ${dtype} [${shape.join(', ')}]`;
      throw new IadError('BAD_ARGUMENT', `writeSafetensors: ${what}`);
    }
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  // fromEntries defines own properties, so a tensor may even be called __proto__
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(json, 8);
  let at = 8 + headerBytes;
  for (const [, { data }] of ordered) {
    bytes.set(data, at);
    at += data.byteLength;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array, refuse: (what: string, cause?: unknown) => IadError): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw refuse('the header is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('the header is no JSON object');
  return value;
}
