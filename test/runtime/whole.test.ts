// The numbers that draws depend on: whatever does not fit into 32 bits would be drawn by another seed than was said.
import { expect, test } from 'vitest';
import { checkWhole } from '../../src/runtime/whole.js';

test.each([-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused by its name', (value) => {
  expect(() => checkWhole('seed', value)).toThrow(`[BAD_ARGUMENT] seed: ${value}, must be a whole number`);
});

test.each([0, 66, 2 ** 32 - 1])('%d is not', (value) => {
  expect(() => checkWhole('seed', value)).not.toThrow();
});
