// The .iad file: one safetensors file whose metadata holds a JSON block and a digest of everything else.
import * as z from 'zod';
import { readSafetensors } from '../../backbones/formats/safetensors.js';
import { checkSeal, writeSealed } from '../../backbones/formats/sealed.js';
import type { RawTensor } from '../../backbones/formats/tensor.js';
import { IadError } from '../../runtime/errors.js';

/** Raised when a reader of an older version could no longer make sense of a file. */
const SCHEMA_VERSION = 1;

/** The largest model file, bytes: the most that Node reads at once. */
export const MAX_MODEL_BYTES = 2 ** 31 - 1;

export interface ModelContent {
  /** The method's id, such as `patchcore`. */
  readonly method: string;
  readonly libraryVersion: string;
  /** JSON values only. */
  readonly config: unknown;
  readonly backbone: { readonly id: string; readonly hash: string };
  /** What the method keeps besides tensors; JSON values only. */
  readonly state: unknown;
  /** Float32 tensors by name. */
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
  /** Float16 tensors by name, as their 16 bits; none unless told. */
  readonly halves?: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Uint16Array }>>;
}

const VERSIONED = z.looseObject({ schemaVersion: z.int() });
const BLOCK = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  method: z.string(),
  libraryVersion: z.string(),
  config: z.unknown(),
  backbone: z.strictObject({ id: z.string(), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
  state: z.unknown(),
});

/** More than any header takes. */
const HEADER_ROOM = 2 ** 20;

/** The most that the tensors of a model file take together. */
export const MAX_TENSOR_BYTES = MAX_MODEL_BYTES - HEADER_ROOM;

/**
 * The bytes of a .iad file.
 * @throws IadError BAD_ARGUMENT if it would be larger than can be read again
 */
export async function encodeModel(content: ModelContent): Promise<Uint8Array<ArrayBuffer>> {
  const { tensors, halves = {}, ...block } = content;
  const entries = [...Object.entries(tensors), ...Object.entries(halves)].map(
    ([name, { shape, data }]): [string, RawTensor] => {
      const dtype = data instanceof Float32Array ? 'F32' : 'F16';
      return [name, { dtype, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }];
    },
  );
  const total = entries.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  if (total > MAX_TENSOR_BYTES) {
    throw new IadError('BAD_ARGUMENT', `a model file holds at most ${MAX_MODEL_BYTES} bytes, this takes ${total}`, {
      path: 'save',
      hint: 'Fit a smaller one: fewer rows or fewer channels.',
    });
  }
  return writeSealed(new Map(entries), { iad: JSON.stringify({ schemaVersion: SCHEMA_VERSION, ...block }) });
}

/**
 * @param bytes the file
 * @param path for messages
 * @throws IadError MODEL_FORMAT for a foreign or truncated file or one with NaN or infinity in a tensor, MODEL_CORRUPT if its digest is
 *   wrong, MODEL_VERSION if a newer library wrote it
 */
export async function decodeModel(bytes: Uint8Array<ArrayBuffer>, path: string): Promise<ModelContent> {
  const foreign = (what: string) =>
    new IadError('MODEL_FORMAT', what, { path, hint: 'Is it a file that save() wrote, copied whole?' });
  const file = readSafetensors(bytes, { path, code: 'MODEL_FORMAT' });
  const iad = file.metadata.iad;
  if (iad === undefined || !(await checkSeal(bytes, { path, hint: 'Copy or fit it again.' }))) {
    throw foreign('a safetensors file, but not a model of iad-tf');
  }
  const block = parseBlock(iad, path, foreign);
  const tensors = new Map<string, ModelContent['tensors'][string]>();
  const halves = new Map<string, NonNullable<ModelContent['halves']>[string]>();
  for (const [name, { dtype, shape, data }] of file.tensors) {
    if (dtype !== 'F32' && dtype !== 'F16') throw foreign(`tensor ${name} has dtype ${dtype}, expected F32 or F16`);
    // A copy, for alignment; not slice(), which shares the memory where the bytes are a Buffer.
    const { buffer } = new Uint8Array(data);
    const finite =
      dtype === 'F32' ? areFinite(new Uint32Array(buffer), 0x7f800000) : areFinite(new Uint16Array(buffer), 0x7c00);
    if (!finite) throw foreign(`tensor ${name} holds values that are no numbers`);
    if (dtype === 'F32') tensors.set(name, { shape, data: new Float32Array(buffer) });
    else halves.set(name, { shape, data: new Uint16Array(buffer) });
  }
  return { ...block, tensors: Object.fromEntries(tensors), halves: Object.fromEntries(halves) };
}

/** A model with NaN would score NaN, and call nothing anomalous. @param exponent its bits, all of them set in infinity and NaN */
function areFinite(values: Uint16Array | Uint32Array, exponent: number): boolean {
  for (let i = 0; i < values.length; i++) if ((values[i]! & exponent) === exponent) return false;
  return true;
}

/** The digest tells damage, not intent: what was made to fit it is checked like any other input. */
function parseBlock(iad: string, path: string, foreign: (what: string) => IadError) {
  let value: unknown;
  try {
    value = JSON.parse(iad);
  } catch {
    throw foreign('its description is not JSON');
  }
  const version = VERSIONED.safeParse(value);
  if (!version.success) throw foreign('its description has no schema version');
  const { schemaVersion } = version.data;
  if (schemaVersion !== SCHEMA_VERSION) {
    const what = `written with schema version ${schemaVersion}, this library reads ${SCHEMA_VERSION}`;
    throw new IadError('MODEL_VERSION', what, { path, hint: 'Update iad-tf, or fit the model again.' });
  }
  const block = BLOCK.safeParse(value);
  if (!block.success) throw foreign(`its description lacks ${block.error.issues[0]?.path.join('.')}`);
  const { method, libraryVersion, config, backbone, state } = block.data;
  return { method, libraryVersion, config, backbone, state };
}
