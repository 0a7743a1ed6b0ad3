// What every implementation of normalizedDifference reads from its call.
import { type GridInput, grid } from '../grids.js';
import { type KernelCall, number } from '../registry.js';
import { EPSILONS } from './plan.js';

export interface DifferenceCall {
  readonly a: GridInput;
  readonly b: GridInput;
  readonly locations: number;
  readonly channels: number;
  readonly isCosine: boolean;
  readonly epsilon: number;
}

export function differenceOf(call: KernelCall): DifferenceCall {
  const a = grid(call, 'a');
  const kind = number(call, 'kind');
  return {
    a,
    b: grid(call, 'b'),
    locations: a.batch * a.height * a.width,
    channels: a.channels,
    isCosine: kind === 1,
    epsilon: EPSILONS[kind] ?? 0,
  };
}
