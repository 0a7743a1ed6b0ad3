// A process for one trivial job that may come to harm: `crashes` of its kind end without a word, as often as that many files are
// not there yet.
import { existsSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { trivialWork } from '../../../bench/benchmark/trivial-jobs.js';
import { serveJob } from '../../../src/benchmark/grid/serve.node.js';
import { IadError } from '../../../src/runtime/errors.js';

export interface CrashSetup {
  readonly how: 'kill' | 'throw' | 'exit' | 'backend' | 'no crash';
  /** Attempts that crash. */
  readonly crashes: number;
  /** Files that count the attempts: `<file>.0`, `<file>.1`, ... */
  readonly file: string;
  readonly pause: number;
}

serveJob<CrashSetup>(async ({ how, crashes, file, pause }) => {
  if (how === 'backend') throw new IadError('BACKEND_UNAVAILABLE', 'there is none');
  const attempt = Array.from({ length: crashes }, (_, i) => `${file}.${i}`).find((path) => !existsSync(path));
  if (how !== 'no crash' && attempt !== undefined) {
    writeFileSync(attempt, '');
    if (how === 'kill') process.kill(process.pid, 'SIGKILL');
    if (how === 'exit') process.exit(7);
    // Outside of any promise that somebody waits for.
    setTimeout(() => {
      throw new RangeError('out of the blue');
    });
    await new Promise(() => {});
  }
  return trivialWork({ pause, failEvery: 2 });
});
