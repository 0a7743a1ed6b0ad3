// Finds methods by name. A new method adds one line here.
import { IadError } from '../runtime/errors.js';
import { CFlow } from './cflow/index.js';
import { CsFlow } from './csflow/index.js';
import { DifferNet } from './differnet/index.js';
import { FastFlow } from './fastflow/index.js';
import type { OwnMethodClass } from './own/index.js';
import { PaDiM } from './padim/index.js';
import type { MethodFlag } from './parts/flags.js';
import { malformed, readModel } from './parts/learned-file.js';
import type { ModelContent } from './parts/model-file.js';
import type { SessionKind } from './parts/session.js';
import type { TrainingKind } from './parts/training/index.js';
import { PatchCore } from './patchcore/index.js';
import { SPADE } from './spade/index.js';
import { STPM } from './stpm/index.js';
import type { AnomalyMethod, MethodInfo } from './types.js';

/** What the class of a method offers besides its instances. */
interface MethodClass {
  readonly info: MethodInfo;
  /** Its options on the command line. */
  readonly flags: readonly MethodFlag[];
  /** The code that its threads run. */
  readonly sessions: SessionKind;
  new (options: Record<string, unknown>): AnomalyMethod;
  fromContent(content: ModelContent, path: string): Promise<AnomalyMethod>;
}

const METHODS: readonly MethodClass[] = [PatchCore, PaDiM, SPADE, FastFlow, STPM, CFlow, CsFlow, DifferNet];

/** Brought along by a program or a benchmark. */
const OWN = new Map<string, OwnMethodClass>();

/**
 * Makes a method known to `createMethod`, and so to benchmarks, for as long as the process lasts. See `defineMethod`.
 * @throws IadError BAD_ARGUMENT if there is another method of this name
 */
export function registerMethod(method: OwnMethodClass): void {
  const { id } = method.info;
  const other = find(id) ?? OWN.get(id);
  if (other !== undefined && other !== method) {
    throw new IadError('BAD_ARGUMENT', `there is a method '${id}' already`, {
      path: 'method',
      hint: 'Choose another id.',
    });
  }
  OWN.set(id, method);
}

/** Of the library. */
export function methodInfos(): MethodInfo[] {
  return METHODS.map(({ info }) => info);
}

/** The options of all methods, each once; one that several methods have, with what each says of it and the words of all of them. */
export function methodFlags(): MethodFlag[] {
  const byFlag = new Map<string, MethodFlag>();
  for (const flag of METHODS.flatMap(({ flags }) => flags)) {
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
  const own = OWN.get(id);
  return own ? new own(options) : new (methodClass(id))(options);
}

/** Reads any method's .iad file. @throws IadError as the method's own `load`; MODEL_FORMAT for a method that is not known */
export async function loadMethod(path: string): Promise<AnomalyMethod> {
  const content = await readModel(path);
  const found = find(content.method);
  if (!found) throw malformed(`a model of method '${content.method}', which this library does not know`, path);
  return found.fromContent(content, path);
}

/** What a worker thread runs for a method. @throws IadError BAD_ARGUMENT */
export function sessionKind(id: string): SessionKind {
  return methodClass(id).sessions;
}

/** What a worker thread trains a method by. @throws IadError BAD_ARGUMENT */
export function trainingKind(id: string): TrainingKind {
  const { training } = sessionKind(id);
  if (training) return training;
  throw new IadError('BAD_ARGUMENT', `${id} does not train on threads`, { path: 'method' });
}

function find(id: string): MethodClass | undefined {
  return METHODS.find(({ info }) => info.id === id);
}

function methodClass(id: string): MethodClass {
  const found = find(id);
  if (found) return found;
  throw new IadError('BAD_ARGUMENT', `there is no method '${id}'`, {
    path: 'method',
    hint: `Known: ${[...METHODS.map(({ info }) => info.id), ...OWN.keys()].join(', ')}.`,
  });
}
