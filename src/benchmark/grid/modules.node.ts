// Modules that bring methods of one's own: each has a method's class as its default export.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OwnMethodClass } from '../../methods/own/index.js';
import { registerMethod } from '../../methods/registry.js';
import { IadError } from '../../runtime/errors.js';

/** Of methods that modules brought: the SHA-256 of the module's file, by the method's id. */
export type MethodCode = ReadonlyMap<string, string>;

/**
 * Loads and registers the methods. The hashes tell results of one state of a file from those of another; what a module imports is not
 * in them.
 * @throws IadError BAD_CONFIG for a module that is not there, cannot be loaded, or has no method; BAD_ARGUMENT for a method's name
 *   that is taken
 */
export async function loadMethods(paths: readonly string[]): Promise<MethodCode> {
  const code = new Map<string, string>();
  for (const path of paths) {
    const { bytes, method } = await load(path);
    registerMethod(method);
    code.set(method.info.id, createHash('sha256').update(bytes).digest('hex'));
  }
  return code;
}

async function load(path: string): Promise<{ bytes: Uint8Array; method: OwnMethodClass }> {
  let loaded: unknown;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
    loaded = await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IadError('BAD_CONFIG', `the module cannot be loaded (${reason})`, {
      path,
      hint: 'Check the path.',
      cause,
    });
  }
  const method = typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;
  if (isMethodClass(method)) return { bytes, method };
  throw new IadError('BAD_CONFIG', 'the default export of the module is no method', {
    path,
    hint: 'Use export default defineMethod({ ... }).',
  });
}

function isMethodClass(value: unknown): value is OwnMethodClass {
  if (typeof value !== 'function' || !('info' in value)) return false;
  const { info } = value;
  return (
    typeof info === 'object' && info !== null && 'id' in info && 'settings' in info && Array.isArray(info.settings)
  );
}
