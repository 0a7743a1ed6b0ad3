// Jobs that machines give back because they lack something. One machine must not fail the jobs of others; but what several
// lack is likely to be at fault itself, and would end worker after worker.
import * as z from 'zod';
import { plain } from './messages.js';

export interface Refusal {
  readonly machine: string;
  /** Of the error there. */
  readonly code: string;
  readonly message: string;
}

/** So many machines that refuse a job are a sign that it is not theirs to blame. */
export const REFUSALS = 3;

const refusalsSchema = z.object({
  refusals: z.array(z.object({ machine: z.string(), code: z.string(), message: z.string() })).max(REFUSALS),
});

/** One per machine, in their order; texts are fit to be shown. */
export function refusalsOf(data: unknown): Refusal[] {
  const parsed = refusalsSchema.safeParse(data);
  const found = parsed.success ? parsed.data.refusals : [];
  const shown = found.map(({ machine, code, message }) => {
    return { machine: plain(machine), code: plain(code), message: plain(message) };
  });
  return [...new Map(shown.map((refusal) => [refusal.machine, refusal])).values()];
}

/** What several machines say of a job that none of them could carry out. */
export function refused(refusals: readonly Refusal[]): Pick<Refusal, 'code' | 'message'> {
  const machines = refusals.map(({ machine }) => machine).join(', ');
  const { code = '', message = '' } = refusals.at(-1) ?? {};
  const hint = 'Bring what it needs to the machines, then run it again with --retry-failed.';
  return {
    code,
    message: `[${code}] queue: ${refusals.length} machines (${machines}) could not carry it out; the last: ${message} ${hint}`,
  };
}
