// Things that results could not tell apart.
import { IadError } from '../../runtime/errors.js';

/** @throws IadError BAD_CONFIG for a name that is there twice */
export function refuseTwice(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  const hint = 'Give each a name of its own, or take one out.';
  throw new IadError('BAD_CONFIG', `"${twice}" is there twice`, { path: `benchmark.${what}`, hint });
}
