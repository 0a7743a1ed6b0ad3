// A dataset's fingerprint: one hash over all its files, so that results can say what they were measured on.
import { byCodeUnits } from './paths.js';

/** @returns 64 hexadecimal digits */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // A copy, as the digest does not take views of shared memory.
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 of the sorted lines, each ended by a line feed; a file of several samples counts once. */
export async function digestOf(lines: readonly string[]): Promise<string> {
  const sorted = [...new Set(lines)].sort(byCodeUnits);
  return sha256(new TextEncoder().encode(sorted.map((line) => `${line}\n`).join('')));
}
