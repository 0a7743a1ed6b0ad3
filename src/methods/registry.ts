// Finds methods by name. A new method adds one line here.
import { readFileBytes } from '#platform/runtime/files';
import { IadError } from '../runtime/errors.js';
import { MAX_MODEL_BYTES } from './parts/model-file.js';
import { PatchCore } from './patchcore/index.js';
import type { AnomalyMethod, MethodInfo } from './types.js';

/** What the class of a method offers besides its instances. */
interface MethodClass {
  readonly info: MethodInfo;
  new (options: Record<string, unknown>): AnomalyMethod;
  fromBytes(bytes: Uint8Array<ArrayBuffer>, path: string): Promise<AnomalyMethod>;
}

const METHODS: Readonly<Record<string, MethodClass>> = { patchcore: PatchCore };

export function methodInfos(): MethodInfo[] {
  return Object.values(METHODS).map(({ info }) => info);
}

/** @throws IadError BAD_ARGUMENT for an unknown name, BAD_CONFIG for options that the method refuses */
export function createMethod(id: string, options: Record<string, unknown> = {}): AnomalyMethod {
  return new (methodClass(id))(options);
}

/** Reads any method's .iad file. @throws IadError as the method's own `load` */
export async function loadMethod(path: string): Promise<AnomalyMethod> {
  const limits = { maxBytes: MAX_MODEL_BYTES, missing: 'MODEL_NOT_FOUND', tooLarge: 'MODEL_FORMAT' } as const;
  return methodClass('patchcore').fromBytes(await readFileBytes(path, limits), path);
}

function methodClass(id: string): MethodClass {
  const found = Object.hasOwn(METHODS, id) ? METHODS[id] : undefined;
  if (found) return found;
  throw new IadError('BAD_ARGUMENT', `there is no method '${id}'`, {
    path: 'method',
    hint: `Known: ${Object.keys(METHODS).join(', ')}.`,
  });
}
