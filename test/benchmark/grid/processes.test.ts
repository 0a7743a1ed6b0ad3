// Jobs in processes of their own: records come back, a process that dies is tried once more, a stop reaches it, and none outlives
// its parent.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { trivialJobs } from '../../../bench/benchmark/trivial-jobs.js';
import { inProcesses } from '../../../src/benchmark/grid/processes.node.js';
import { jobRecordSchema } from '../../../src/benchmark/grid/record.js';
import { runGrid } from '../../../src/benchmark/grid/run.js';
import { ROOT } from '../../helpers/bundle.js';
import type { CrashSetup } from './crash-child.js';
import { CIRCUMSTANCES, memoryStore } from './stores.js';

const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-processes-'));
const JOBS = await trivialJobs(8);

beforeAll(() => {
  vi.stubEnv('TSX_TSCONFIG_PATH', join(ROOT, 'tsconfig.test.json'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

function executor(setup: Partial<CrashSetup>) {
  const { ownProcess: _, attempts: __, ...circumstances } = CIRCUMSTANCES;
  return inProcesses<CrashSetup>({
    script: new URL('./crash-child.ts', import.meta.url),
    setup: { how: 'no crash', crashes: 0, file: join(scratch, `${Math.random()}`), pause: 0, ...setup },
    circumstances,
    execArgv: ['--import', 'tsx'],
  });
}

const never = () => new AbortController().signal;

describe('a record comes back', () => {
  test('of a job that is done, and of one that failed, with its progress', async () => {
    const stages: string[] = [];
    const execute = executor({});
    const [done, failed] = await Promise.all([
      execute(JOBS[0]!, never(), ({ stage }) => stages.push(stage)),
      execute(JOBS[4]!, never(), () => {}),
    ]);
    expect(done).toMatchObject({ id: JOBS[0]?.id, status: 'done', ownProcess: true, attempts: 1 });
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'IMAGE_UNREADABLE' } });
    for (const record of [done, failed]) {
      expect(jobRecordSchema.parse(record)).toEqual(record);
      // Its own memory, not that of this process, which is larger.
      expect(record.peakMemory).toBeGreaterThan(2 ** 24);
    }
    expect(stages).toEqual(['nothing']);
  });
});

describe('a process that dies', () => {
  test.each(['kill', 'throw', 'exit'] as const)('is started once more (%s)', async (how) => {
    const record = await executor({ how, crashes: 1 })(JOBS[0]!, never(), () => {});
    expect(record).toMatchObject({ status: 'done', attempts: 2 });
  });

  test.each([
    ['kill', 'by SIGKILL'],
    ['throw', 'with exit code 1 (RangeError: out of the blue)'],
  ] as const)('twice is recorded with how it ended (%s), and the grid goes on', async (how, words) => {
    const file = join(scratch, how);
    const records = await runGrid(JOBS.slice(0, 2), memoryStore(), executor({ how, crashes: 2, file }), {
      parallel: 1,
      signal: never(),
    });
    const message = `[WORKER_CRASHED] the job's process ended ${words}, in each of 2 attempts.`;
    expect(records[0]).toMatchObject({ status: 'failed', attempts: 2, error: { code: 'WORKER_CRASHED', message } });
    expect(jobRecordSchema.parse(records[0])).toEqual(records[0]);
    expect(records[1]).toMatchObject({ status: 'done', attempts: 1 });
    expect(readdirSync(scratch).filter((name) => name.startsWith(`${how}.`)).length).toBe(2);
  });

  test('what no job could do without ends the grid', async () => {
    const run = executor({ how: 'backend' })(JOBS[0]!, never(), () => {});
    await expect(run).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: '[BACKEND_UNAVAILABLE] there is none.',
    });
  });
});

test('a stop reaches the process', async () => {
  const stop = new AbortController();
  const run = executor({ pause: 300 })(JOBS[0]!, stop.signal, () => {});
  setTimeout(() => stop.abort('SIGINT'), 100);
  await expect(run).rejects.toMatchObject({ code: 'ABORTED', message: '[ABORTED] stopped by SIGINT.' });
});

test.runIf(process.platform === 'linux')('no process outlives a parent that is killed', async () => {
  const args = ['bench/benchmark/trivial-run.ts', '--out', join(scratch, 'orphans'), '--count', '4'];
  const parent = spawn(process.execPath, ['--import', 'tsx', ...args, '--jobs', '2', '--pause', '600000'], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  const children = await until(() => {
    const found = childrenOf(parent);
    return found.length === 2 ? found : undefined;
  });
  parent.kill('SIGKILL');
  await until(() => (children.some(isThere) ? undefined : true));
  expect(children.some(isThere)).toBe(false);
});

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Those that run the script of a job: tsx starts helpers of its own. */
function childrenOf({ pid }: ChildProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const status = read(`/proc/${name}/status`);
      return status.includes(`\nPPid:\t${pid}\n`) && read(`/proc/${name}/cmdline`).includes('trivial-child');
    })
    .map(Number);
}

/** Nothing for a process that has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isThere(pid: number): boolean {
  return read(`/proc/${pid}/cmdline`).includes('trivial-child');
}
