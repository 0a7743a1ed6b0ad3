// What a class must offer to be a method that the registry can find, and the check of one that comes from outside.
import * as z from 'zod';
import { IadError } from '../runtime/errors.js';
import type { MethodFlag } from './parts/flags.js';
import type { ModelContent } from './parts/model-file.js';
import type { SessionKind } from './parts/session.js';
import { type AnomalyMethod, LEARNING_SETTINGS, type MethodInfo } from './types.js';

/** What the class of a method offers besides its instances. */
export interface MethodClass {
  readonly info: MethodInfo;
  /** Its options on the command line; default: none, they come from a file (`--config`). */
  readonly flags?: readonly MethodFlag[];
  /** The code that its threads run; only of methods on worker threads of this library. */
  readonly sessions?: SessionKind;
  /** Options are those of the configuration; all have defaults. */
  new (options: Record<string, unknown>): AnomalyMethod;
  /** A model from a file that was read already. @param path for messages */
  fromContent(content: ModelContent, path: string): Promise<AnomalyMethod>;
}

/** The same, whatever options it takes. */
export type AnyMethodClass = Pick<MethodClass, 'info' | 'fromContent'> & (new (options: never) => AnomalyMethod);

const INFO = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be of lower-case letters, digits and -, a letter first'),
  name: z.string().min(1),
  paper: z.string(),
  year: z.int(),
  family: z.string(),
  settings: z.array(z.enum(LEARNING_SETTINGS)).min(1),
});

/** Of `AnomalyMethod`; the other members are fields, which only an instance has. */
const CALLS = ['planOf', 'fit', 'predict', 'predictEach', 'save', 'dispose'] as const;

/**
 * The facts about a method. @param path whose they are, for messages
 * @throws IadError BAD_ARGUMENT naming the first field at fault
 */
export function checkInfo(info: unknown, path: string): void {
  const parsed = INFO.safeParse(info);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  const field = ['info', ...(issue?.path ?? [])].join('.');
  throw new IadError('BAD_ARGUMENT', `not a method: ${field}: ${issue?.message}`, { path, hint: HINT });
}

/**
 * That a value has the shape of `MethodClass`.
 * @param path where it comes from, for messages
 * @throws IadError BAD_ARGUMENT naming what is wrong or missing
 */
export function checkMethodClass(value: unknown, path: string): asserts value is MethodClass {
  if (typeof value !== 'function') {
    throw new IadError('BAD_ARGUMENT', `not a method: it is no class`, { path, hint: HINT });
  }
  checkInfo('info' in value ? value.info : undefined, path);
  const calls: object = Object(value.prototype);
  const missing = [
    ...CALLS.filter((name) => !isFunction(calls, name)),
    ...(isFunction(value, 'fromContent') ? [] : ['static fromContent']),
  ];
  if (missing.length === 0) return;
  throw new IadError('BAD_ARGUMENT', `not a method: it lacks ${missing.join(', ')}`, { path, hint: HINT });
}

const HINT = 'Make one with defineMethod(), or write a class with all that AnomalyMethod asks for.';

function isFunction(owner: object, name: string): boolean {
  return typeof Reflect.get(owner, name) === 'function';
}
