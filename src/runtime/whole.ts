// Seeds, repeats and other numbers that draws depend on.
import { IadError } from './errors.js';

/** @throws IadError BAD_ARGUMENT unless the value is a whole number from 0 below 2^32 */
export function checkWhole(path: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return;
  throw new IadError('BAD_ARGUMENT', `${value}, must be a whole number`, { path, hint: 'Use 0 or more, below 2^32.' });
}
