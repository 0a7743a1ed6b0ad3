// Scripts of these tests in processes of their own, and what they say.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export class ScriptProcess {
  /** Lines of stdout. */
  readonly lines: string[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  /** @param name of a script in this folder */
  constructor(name: string, ...args: readonly (string | number)[]) {
    const script = fileURLToPath(new URL(name, import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, ...args.map(String)], {
      cwd: ROOT,
      env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.test.json' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#closed = once(child, 'close');
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      this.lines.splice(0, this.lines.length, ...text.split('\n').slice(0, -1));
    });
    child.stderr.setEncoding('utf8').on('data', (more: string) => {
      this.stderr += more;
    });
  }

  /** Until it has said so many lines. */
  async said(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.#child.exitCode !== null) throw new Error(`it ended after ${this.lines.length} lines: ${this.stderr}`);
      await delay(10);
    }
  }

  /** At once, as by a power cut. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  /** Its exit code. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }
}
