// SHA-256 by the platform's own crypto, the same call in Node and in the browser.
import { IadError } from './errors.js';

/** @returns lower-case hex. @throws as `sha256Digest` */
export async function sha256(values: Float32Array | Uint8Array): Promise<string> {
  return hex(await sha256Digest(values));
}

/** @returns 32 bytes. @throws IadError WEIGHTS_HASH on a page that is no secure context: it has no Web Crypto */
export async function sha256Digest(values: Float32Array | Uint8Array): Promise<Uint8Array> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto.subtle;
  if (!subtle) {
    throw new IadError('WEIGHTS_HASH', 'this page may not hash: it is no secure context', {
      path: 'sha256',
      hint: 'Serve it over HTTPS or from localhost.',
    });
  }
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  // Web Crypto takes no shared memory
  const plain = isUnshared(bytes) ? bytes : Uint8Array.from(bytes);
  return new Uint8Array(await subtle.digest('SHA-256', plain));
}

function hex(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const isUnshared = (bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> => bytes.buffer instanceof ArrayBuffer;
