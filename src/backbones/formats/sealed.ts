// safetensors files that tell damage: their metadata holds a digest of everything else. It tells damage, not intent.
import { IadError } from '../../runtime/errors.js';
import { sha256 } from '../../runtime/sha256.js';
import { writeSafetensors } from './safetensors.js';
import type { TensorMap } from './tensor.js';

/** 64 zeros stand in the digest's place while it is computed. */
const NO_DIGEST = '0'.repeat(64);
const DIGEST_FIELD = /"sha256":"([0-9a-f]{64})"/;

/** The bytes of a safetensors file with `metadata` and the digest. @throws IadError WEIGHTS_HASH where the platform cannot hash */
export async function writeSealed(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = writeSafetensors(tensors, { sha256: NO_DIGEST, ...metadata });
  const digestAt = 8 + headerOf(bytes).indexOf(NO_DIGEST);
  bytes.set(new TextEncoder().encode(await sha256(bytes)), digestAt);
  return bytes;
}

/**
 * @param bytes a file that `readSafetensors` reads
 * @returns whether it has a digest, which is right then
 * @throws IadError MODEL_CORRUPT if it is wrong; WEIGHTS_HASH where the platform cannot hash
 */
export async function checkSeal(bytes: Uint8Array, where: { path: string; hint: string }): Promise<boolean> {
  const found = DIGEST_FIELD.exec(headerOf(bytes));
  if (!found?.[1]) return false;
  const digestAt = 8 + found.index + '"sha256":"'.length;
  bytes.set(new TextEncoder().encode(NO_DIGEST), digestAt);
  const computed = sha256(bytes);
  // The digest works on a copy taken when it was called, and the caller gets the bytes back as they were.
  bytes.set(new TextEncoder().encode(found[1]), digestAt);
  if ((await computed) === found[1]) return true;
  throw new IadError('MODEL_CORRUPT', 'the digest does not fit the content', where);
}

/** A character for each byte. */
function headerOf(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return new TextDecoder('latin1').decode(bytes.subarray(8, 8 + length));
}
