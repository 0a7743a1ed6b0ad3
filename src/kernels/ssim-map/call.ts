// What every implementation of ssimMap reads from its call.
import { IadError } from '../../runtime/errors.js';
import { type GridInput, grid } from '../grids.js';
import { type KernelCall, number } from '../registry.js';
import { outputSize, PADDINGS, paddingOf } from './plan.js';

export interface SsimCall {
  readonly a: GridInput;
  readonly b: GridInput;
  readonly pad: number;
  /** [B, H', W', C] of the map. */
  readonly shape: [number, number, number, number];
  readonly c1: number;
  readonly c2: number;
}

export function ssimOf(call: KernelCall): SsimCall {
  const a = grid(call, 'a');
  const padding = PADDINGS[number(call, 'padding')];
  if (!padding) throw new IadError('BAD_ARGUMENT', `a padding is 0 or 1, not ${number(call, 'padding')}`);
  const pad = paddingOf(padding);
  const range = number(call, 'range');
  return {
    a,
    b: grid(call, 'b'),
    pad,
    shape: [a.batch, outputSize(a.height, pad), outputSize(a.width, pad), a.channels],
    c1: (0.01 * range) ** 2,
    c2: (0.03 * range) ** 2,
  };
}
