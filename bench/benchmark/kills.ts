// Kills a benchmark at some moment and lets it go on: nothing may be lost, repeated or changed by that.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readResults } from '../../src/benchmark/grid/folder.node.js';
import type { Random } from '../../src/runtime/random.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface TrivialGrid {
  readonly count: number;
  /** Child processes; 0: none. */
  readonly jobs: number;
  /** Of every job, milliseconds. */
  readonly pause: number;
  readonly failEvery: number;
}

/** Some milliseconds after so many records were reported. */
export interface Moment {
  readonly records: number;
  readonly milliseconds: number;
}

export interface Killed {
  readonly moment: Moment;
  /** Records that were there when it was dead. */
  readonly kept: number;
  /** Those of them that were not the same in the end. */
  readonly changed: number;
  /** Jobs that were run after that. */
  readonly resumed: number;
  readonly table: string;
}

/** Moments of a grid, every one before its last two jobs. */
export function moments(count: number, { count: jobs, pause }: TrivialGrid, random: Random): Moment[] {
  return Array.from({ length: count }, () => {
    return { records: random.below(jobs - 2), milliseconds: random.below(2 * pause) };
  });
}

/** The table of a run that nothing disturbs. */
export async function undisturbed(grid: TrivialGrid): Promise<string> {
  return inScratch(async (out) => tableOf(await start(out, grid).ended));
}

/** A run that is killed and resumed. @throws if it ended before the moment, or what it left cannot be read */
export async function killAndResume(grid: TrivialGrid, moment: Moment): Promise<Killed> {
  return inScratch(async (out) => {
    const run = start(out, grid);
    await run.reported(moment.records);
    await new Promise((resolve) => setTimeout(resolve, moment.milliseconds));
    run.kill();
    const { signal } = await run.ended;
    if (signal !== 'SIGKILL') throw new Error('the run was over before it was killed');
    const before = existsSync(join(out, 'grid.json')) ? await readResults(out) : { records: [] };
    const files = new Map(before.records.map(({ id }) => [id, readFileSync(fileOf(out, id), 'utf8')]));
    const resumed = await start(out, grid).ended;
    const changed = [...files].filter(([id, text]) => readFileSync(fileOf(out, id), 'utf8') !== text).length;
    const { records } = await readResults(out);
    if (records.length !== grid.count) throw new Error(`${records.length} records of ${grid.count} jobs`);
    return { moment, kept: files.size, changed, resumed: linesOf(resumed.stdout).length, table: tableOf(resumed) };
  });
}

async function inScratch<T>(use: (out: string) => Promise<T>): Promise<T> {
  const out = mkdtempSync(join(tmpdir(), 'iad-tf-kill-'));
  try {
    return await use(out);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function fileOf(out: string, id: string): string {
  return join(out, 'jobs', `${id}.json`);
}

interface Ended {
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

function start(out: string, { count, jobs, pause, failEvery }: TrivialGrid) {
  const numbers = { count, jobs, pause, 'fail-every': failEvery };
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/benchmark/trivial-run.ts', '--out', out, ...args], {
    cwd: ROOT,
    env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.test.json') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  let heard = () => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (_, signal) => {
      resolve({ signal, stdout });
      heard();
    });
  });
  return {
    ended,
    kill: () => child.kill('SIGKILL'),
    /** Until so many records are reported, or it has ended. */
    reported: (records: number) =>
      new Promise<void>((resolve) => {
        heard = () => {
          if (linesOf(stdout).length >= records || child.exitCode !== null) resolve();
        };
        heard();
      }),
  };
}

/** Lines that report a record. */
function linesOf(stdout: string): string[] {
  return stdout.split('\n').filter((line) => /^[0-9a-f]{16}$/.test(line));
}

function tableOf({ stdout }: Ended): string {
  const lines = stdout.split('\n').filter((line) => line !== '' && !/^([0-9a-f]{16}$|milliseconds )/.test(line));
  if (lines.length === 0) throw new Error('the run printed no table');
  return lines.join('\n');
}
