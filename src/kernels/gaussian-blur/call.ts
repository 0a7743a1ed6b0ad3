// What every implementation of gaussianBlur reads from its call.
import { IadError } from '../../runtime/errors.js';
import { type GridInput, grid } from '../grids.js';
import { type KernelCall, number } from '../registry.js';
import { type BlurPlan, BORDERS, planBlur } from './plan.js';

/** The maps and their plan. */
export function blurOf(call: KernelCall): { readonly maps: GridInput; readonly plan: BlurPlan } {
  const maps = grid(call, 'maps');
  const border = BORDERS[number(call, 'border')];
  if (!border) throw new IadError('BAD_ARGUMENT', `a border is 0 or 1, not ${number(call, 'border')}`);
  return { maps, plan: planBlur(maps.height, maps.width, number(call, 'sigma'), border) };
}
