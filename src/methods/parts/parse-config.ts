// Turns a schema's complaint into our one kind of error.
import type * as z from 'zod';
import { IadError } from '../../runtime/errors.js';

/**
 * @param owner whose configuration it is, for the message
 * @throws IadError BAD_CONFIG naming the first field at fault and what it must be
 */
export function parseConfig<T>(owner: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = [...(issue?.path ?? []), ...unknown].join('.');
  throw new IadError('BAD_CONFIG', issue?.message ?? 'not a valid configuration', {
    path: field === '' ? owner : `${owner}.${field}`,
    hint: 'See the options in the documentation.',
  });
}
