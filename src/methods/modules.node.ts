// Modules of users that bring methods of their own. Only files that the user names are imported.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { IadError } from '../runtime/errors.js';
import { sha256 } from '../runtime/sha256.js';
import { checkMethodClass } from './method-class.js';
import { registerMethod } from './registry.js';
import type { MethodInfo } from './types.js';

/**
 * Imports modules, each of which has a method as its default export, and registers these methods in this process. A module that was
 * imported before changes nothing. The code of a module runs with all rights of the process.
 * @param paths JavaScript files, or TypeScript where Node is run with a loader such as tsx; relative to the working directory
 * @throws IadError MODULE_FAILED for a file that is not there, cannot be imported, or has no default export; BAD_ARGUMENT for one that
 *   is no method, or has the id of another
 */
export async function importMethods(paths: readonly string[]): Promise<MethodInfo[]> {
  const infos: MethodInfo[] = [];
  for (const path of paths) infos.push(await importMethod(resolve(path)));
  return infos;
}

async function importMethod(path: string): Promise<MethodInfo> {
  const source = await readFile(path).catch((cause: unknown) => {
    throw new IadError('MODULE_FAILED', 'cannot be read', { path, hint: 'Check the path.', cause });
  });
  const imported: object = await import(pathToFileURL(path).href).catch((cause: unknown) => {
    throw new IadError('MODULE_FAILED', `cannot be imported: ${reasonOf(cause)}`, { path, hint: hintFor(path), cause });
  });
  if (!('default' in imported)) {
    const hint = 'Write "export default defineMethod({ ... })".';
    throw new IadError('MODULE_FAILED', 'it has no default export', { path, hint });
  }
  const methodClass: unknown = imported.default;
  checkMethodClass(methodClass, path);
  registerMethod(methodClass, await sha256(source));
  return methodClass.info;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function hintFor(path: string): string {
  if (/\.[cm]?ts$/.test(path))
    return 'For TypeScript, install tsx and run Node with --import tsx, or compile the file.';
  return 'Run the file by itself to see more.';
}
