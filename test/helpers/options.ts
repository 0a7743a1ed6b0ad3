// Options that a method must not take.
import { expect, test } from 'vitest';

/**
 * A test for each case: the options are refused, the error names the field.
 * @param name the method's
 * @param make makes something of options as they arrive from JavaScript or JSON
 * @param cases the field, and the options
 */
export function refusesOptions(
  name: string,
  make: (options: Record<string, unknown>) => unknown,
  cases: readonly [string, Record<string, unknown>][],
): void {
  test.each([...cases])('options are refused naming %s in %o', (field, options) => {
    expect(() => make(options)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', path: `${name}.${field}` }));
  });
}
