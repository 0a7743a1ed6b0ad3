// What is compared: methods, each with each of its backbones, their configurations checked and complete.
import { createMethod } from '../../methods/registry.js';
import type { MethodInfo } from '../../methods/types.js';
import { IadError } from '../../runtime/errors.js';
import type { BackboneOption, GridConfig, MethodEntry } from './config.js';
import { refuseTwice } from './refuse.js';

export interface Contender {
  readonly info: MethodInfo;
  /** What the results call it. */
  readonly name: string;
  /** Complete, but for the seed, which every job has its own of. */
  readonly config: Readonly<Record<string, unknown>>;
  /** A weights file as configured; null for a backbone of the catalogue. */
  readonly weights: string | null;
}

/** @throws IadError BAD_ARGUMENT for an unknown method, BAD_CONFIG for options that it refuses, WEIGHTS_UNKNOWN */
export function contendersOf({ methods, backbones }: Pick<GridConfig, 'methods' | 'backbones'>): Contender[] {
  const entries = methods.map((method): MethodEntry => (typeof method === 'string' ? { id: method } : method));
  refuseTwice(
    'methods',
    entries.map(({ id, name = id }) => name),
  );
  return entries.flatMap((entry) => {
    const own = entry.backbones ?? (hasBackbone(entry.id) ? backbones : undefined);
    const choices: readonly (BackboneOption | undefined)[] = own ?? [undefined];
    return choices.map((backbone) => contender(entry, backbone));
  });
}

/** A method without one, such as a user's own, has nothing to do with the backbones of the benchmark. */
function hasBackbone(id: string): boolean {
  const method = createMethod(id);
  try {
    return 'backbone' in method.config;
  } finally {
    method.dispose();
  }
}

function contender({ id, name = id, config = {} }: MethodEntry, backbone: BackboneOption | undefined): Contender {
  for (const field of ['backbone', 'seed']) {
    if (!Object.hasOwn(config, field)) continue;
    const hint = `Use "${field}s".`;
    throw new IadError('BAD_CONFIG', `"${field}" is not set there`, { path: `benchmark.methods ${name}`, hint });
  }
  const method = createMethod(id, { ...config, ...(backbone && { backbone }) });
  try {
    const weights = typeof backbone === 'object' ? backbone.weights : null;
    return { info: method.info, name, config: { ...method.config }, weights };
  } finally {
    method.dispose();
  }
}
