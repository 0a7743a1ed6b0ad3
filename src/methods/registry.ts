// Finds methods by name. A new method of the library adds one line here; those of users are registered.
import { IadError } from '../runtime/errors.js';
import { CFlow } from './cflow/index.js';
import { CsFlow } from './csflow/index.js';
import { DifferNet } from './differnet/index.js';
import { FastFlow } from './fastflow/index.js';
import { type AnyMethodClass, checkMethodClass, type MethodClass } from './method-class.js';
import { PaDiM } from './padim/index.js';
import type { MethodFlag } from './parts/flags.js';
import { readModel } from './parts/learned-file.js';
import type { SessionKind } from './parts/session.js';
import type { TrainingKind } from './parts/training/index.js';
import { PatchCore } from './patchcore/index.js';
import { SPADE } from './spade/index.js';
import { STPM } from './stpm/index.js';
import type { AnomalyMethod, MethodInfo } from './types.js';

const METHODS: readonly MethodClass[] = [PatchCore, PaDiM, SPADE, FastFlow, STPM, CFlow, CsFlow, DifferNet];

/** A method that a user has brought. */
interface Registered {
  readonly methodClass: MethodClass;
  readonly code: string | null;
}

const registered: Registered[] = [];

/**
 * Makes a method known in this process under its `info.id`: to `createMethod`, `loadMethod` and the benchmark. The same class a second
 * time changes nothing. What other processes should know too comes in a module: see the option `modules` of a benchmark, which then also
 * tells when the code is another than that of earlier results.
 * @param code SHA-256 of the file that it comes from, if it comes from one
 * @throws IadError BAD_ARGUMENT for what is no method, and for an id that another method has
 */
export function registerMethod(methodClass: AnyMethodClass, code: string | null = null): void {
  checkMethodClass(methodClass, 'registerMethod');
  const { id } = methodClass.info;
  const known = find(id);
  if (known === methodClass) return;
  if (known) {
    const hint = 'Give it another id.';
    throw new IadError('BAD_ARGUMENT', `there is another method '${id}'`, { path: 'registerMethod', hint });
  }
  registered.push({ methodClass, code });
}

/** SHA-256 of the file that a method comes from; null for those of the library and those of no file. */
export function methodCode(id: string): string | null {
  return registered.find(({ methodClass }) => methodClass.info.id === id)?.code ?? null;
}

/** Whether a method is registered and comes from no file, so that other processes cannot know it. */
export function isKnownHereOnly(id: string): boolean {
  return registered.some(({ methodClass, code }) => methodClass.info.id === id && code === null);
}

/** Those of the library, and those that are registered. */
function methods(): MethodClass[] {
  return [...METHODS, ...registered.map(({ methodClass }) => methodClass)];
}

export function methodInfos(): MethodInfo[] {
  return methods().map(({ info }) => info);
}

/** The options of all methods, each once; one that several methods have, with what each says of it and the words of all of them. */
export function methodFlags(): MethodFlag[] {
  const byFlag = new Map<string, MethodFlag>();
  for (const flag of methods().flatMap(({ flags = [] }) => flags)) {
    const known = byFlag.get(flag.flag);
    byFlag.set(flag.flag, known ? joined(known, flag) : flag);
  }
  return [...byFlag.values()];
}

function joined(one: MethodFlag, other: MethodFlag): MethodFlag {
  const description = [...new Set([one.description, other.description])].join('; ');
  if (typeof one.value === 'string' || typeof other.value === 'string') return { ...one, description };
  return { ...one, description, value: [...new Set([...one.value, ...other.value])] };
}

/** @throws IadError BAD_ARGUMENT for an unknown name, BAD_CONFIG for options that the method refuses */
export function createMethod(id: string, options: Record<string, unknown> = {}): AnomalyMethod {
  return new (methodClass(id))(options);
}

/** Reads any method's .iad file. @throws IadError as the method's own `load`; MODEL_FORMAT for a method that is not known */
export async function loadMethod(path: string): Promise<AnomalyMethod> {
  const content = await readModel(path);
  const found = find(content.method);
  if (found) return found.fromContent(content, path);
  throw new IadError('MODEL_FORMAT', `a model of method '${content.method}', which is not known here`, {
    path,
    hint: 'If the method is your own: registerMethod() first, or --module <file> on the command line.',
  });
}

/** What a worker thread runs for a method. @throws IadError BAD_ARGUMENT */
export function sessionKind(id: string): SessionKind {
  const { sessions } = methodClass(id);
  if (sessions) return sessions;
  throw new IadError('BAD_ARGUMENT', `${id} does not run on threads`, { path: 'method' });
}

/** What a worker thread trains a method by. @throws IadError BAD_ARGUMENT */
export function trainingKind(id: string): TrainingKind {
  const { training } = sessionKind(id);
  if (training) return training;
  throw new IadError('BAD_ARGUMENT', `${id} does not train on threads`, { path: 'method' });
}

function find(id: string): MethodClass | undefined {
  return methods().find(({ info }) => info.id === id);
}

function methodClass(id: string): MethodClass {
  const found = find(id);
  if (found) return found;
  throw new IadError('BAD_ARGUMENT', `there is no method '${id}'`, {
    path: 'method',
    hint: `Known: ${methods()
      .map(({ info }) => info.id)
      .join(', ')}; one of your own is brought by a module.`,
  });
}
