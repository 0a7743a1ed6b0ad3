// Jobs in child processes: a process for each, so that its memory is its own and its crash ends nothing else.
import { fork } from 'node:child_process';
import { abortedError, IadError, type IadErrorCode, throwIfAborted } from '../../runtime/errors.js';
import type { OnProgress, ProgressEvent } from '../../runtime/progress.js';
import { begin, type Circumstances, type Execute } from './execute.js';
import type { Job } from './job.js';
import type { JobRecord } from './record.js';

export type ToChild<Setup> =
  | { readonly job: Job; readonly circumstances: Circumstances; readonly setup: Setup }
  | { readonly stop: string };

export type FromChild =
  | { readonly progress: ProgressEvent }
  | { readonly record: JobRecord }
  | { readonly failure: { readonly code: IadErrorCode | null; readonly message: string } };

export interface ChildOptions<Setup> {
  /** A module that calls `serveJob`. */
  readonly script: URL;
  /** Goes to `serveJob`; JSON. */
  readonly setup: Setup;
  readonly circumstances: Omit<Circumstances, 'attempts' | 'ownProcess'>;
  /** Flags of Node; default: those of this process. */
  readonly execArgv?: readonly string[];
}

const ATTEMPTS = 2;

/** How long a child may take to stop, milliseconds. */
const PATIENCE = 10_000;

/** A job whose process crashes is tried once more. */
export function inProcesses<Setup>({ circumstances, ...options }: ChildOptions<Setup>): Execute {
  return async (job, signal, onProgress) => {
    for (let attempts = 1; ; attempts++) {
      const full = { ...circumstances, ownProcess: true, attempts };
      const begun = begin(job, full);
      const end = await runChild(options, { job, circumstances: full, setup: options.setup }, signal, onProgress);
      if ('record' in end) return end.record;
      if (signal.aborted) throw abortedError(signal);
      if ('failure' in end) throw new ChildError(end.failure.code ?? 'WORKER_CRASHED', end.failure.message);
      if (attempts < ATTEMPTS) continue;
      const message = `[WORKER_CRASHED] the job's process ended ${end.crash}, in each of ${ATTEMPTS} attempts.`;
      return { ...begun.end(null), status: 'failed', error: { code: 'WORKER_CRASHED', message } };
    }
  };
}

/** An error of the child; its message is complete already. */
class ChildError extends IadError {
  constructor(code: IadErrorCode, message: string) {
    super(code, '');
    this.message = message;
  }
}

type End = Exclude<FromChild, { readonly progress: ProgressEvent }> | { readonly crash: string };

function runChild<Setup>(
  { script, execArgv }: Pick<ChildOptions<Setup>, 'script' | 'execArgv'>,
  message: ToChild<Setup>,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<End> {
  throwIfAborted(signal);
  return new Promise((resolve) => {
    const child = fork(script, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...(execArgv && { execArgv: [...execArgv] }),
    });
    let end: End | undefined;
    let said = '';
    let killing: NodeJS.Timeout | undefined;
    const send = (to: ToChild<Setup>) => {
      // One that is gone already says so by its exit.
      if (child.connected) child.send(to, () => {});
    };
    const stop = () => {
      send({ stop: String(signal.reason) });
      killing = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000);
    });
    child.on('message', (from: FromChild) => {
      if ('progress' in from) onProgress(from.progress);
      else end = from;
    });
    child.on('error', (error) => {
      said += error.message;
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(killing);
      signal.removeEventListener('abort', stop);
      resolve(end ?? { crash: `${killedBy === null ? `with exit code ${code}` : `by ${killedBy}`}${lastWords(said)}` });
    });
    signal.addEventListener('abort', stop);
    send(message);
  });
}

/** What Node prints first of an error is its reason, not the stack below. */
function lastWords(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const reason =
    lines.find((line) => /^(\w*Error\b.*|FATAL ERROR):/.test(line)) ?? lines.findLast((line) => line !== '');
  return reason === undefined ? '' : ` (${reason.slice(0, 300)})`;
}
