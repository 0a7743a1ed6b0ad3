// The side of a child process: carries out the one job that it is sent, reports, and ends.
import process from 'node:process';
import { IadError } from '../../runtime/errors.js';
import { type Circumstances, recording, type Work } from './execute.js';
import type { Job } from './job.js';
import type { FromChild, ToChild } from './processes.node.js';

/** Gets ready what every job needs, such as a backend. */
type Prepare<Setup> = (setup: Setup, circumstances: Circumstances) => Promise<Work>;

export function serveJob<Setup>(prepare: Prepare<Setup>): void {
  const stop = new AbortController();
  // Ctrl-C reaches every process of the terminal; the parent says when to stop.
  process.on('SIGINT', () => {});
  // Nobody waits for the record any more.
  process.once('disconnect', () => process.exit(1));
  process.on('message', (message: ToChild<Setup>) => {
    if ('stop' in message) stop.abort(message.stop);
    else void answer(message, prepare, stop.signal);
  });
}

async function answer<Setup>(
  { job, circumstances, setup }: { job: Job; circumstances: Circumstances; setup: Setup },
  prepare: Prepare<Setup>,
  signal: AbortSignal,
): Promise<void> {
  const work: Work = async (...args) => (await prepare(setup, circumstances))(...args);
  const execute = recording(work, circumstances);
  const send = (message: FromChild, sent = () => {}) => process.send?.(message, sent);
  const reply = await execute(job, signal, (progress) => send({ progress })).then(
    (record) => ({ record }),
    (error: unknown) => ({ failure: failureOf(error) }),
  );
  send(reply, () => process.exit(0));
}

function failureOf(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof IadError ? error.code : null, message };
}
