// Numbers that agree with a reference.
import { expect } from 'vitest';

export function expectRelative(found: number | null | undefined, expected: number, error = 1e-9): void {
  expect(found).toBeTypeOf('number');
  expect(Math.abs(found! - expected)).toBeLessThanOrEqual(error * Math.abs(expected));
}
