// Runs the built command line as a user would, in a scratch folder.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { writeSynth } from '../../src/data/synth/write.node.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.node.js', import.meta.url));

/** A small network input and memory bank, on the one backend that every machine has. */
export const BACKEND = ['--backend', 'wasm'];
export const TINY = [...BACKEND, '--input-size', '64', '--resize', '64', '--coreset-ratio', '0.05'];

export interface Ended {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends SIGINT, or the signal below, once this returns true of what was written to stderr so far; asked ten times a second. */
  readonly interruptWhen?: (stderr: string) => boolean;
  readonly interruptBy?: NodeJS.Signals;
  /** Where stdout goes instead: a file descriptor. */
  readonly stdout?: number;
}

export function iadTf(
  args: readonly string[],
  { cwd, env, interruptWhen, interruptBy = 'SIGINT', stdout }: RunOptions,
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...process.env, IAD_TF_HOME: join(cwd, '.no-cache'), ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text;
  });
  const poll = setInterval(() => {
    if (!interruptWhen?.(written.stderr)) return;
    clearInterval(poll);
    child.kill(interruptBy);
  }, 100);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      resolve({ code, ...written });
    });
  });
}

/** A failure as documented: this exit code, `[CODE]` and the words on stderr, nothing on stdout, no stack trace. */
export function expectFailure(ended: Ended, exitCode: 1 | 2, ...words: readonly string[]): void {
  for (const word of words) expect(ended.stderr).toContain(word);
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  expect(ended.stdout).toBe('');
  expect(ended.code).toBe(exitCode);
}

/** Every path below a folder, hidden ones too: what a failed command must leave as it was. */
export function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

/**
 * A scratch folder with 8 good training images in `parts/board/train/good`, 2 good test images and one of each defect.
 * `remove` deletes it.
 */
export async function sandbox(): Promise<{ cwd: string; remove: () => void }> {
  const cwd = mkdtempSync(join(tmpdir(), 'iad-tf-cli-'));
  await writeSynth(join(cwd, 'parts'), { kind: 'board', seed: 0, size: 64, train: 8, testGood: 2, testPerDefect: 1 });
  return { cwd, remove: () => rmSync(cwd, { recursive: true, force: true }) };
}

/** A folder of `count` copies of one good image. */
export function manyImages(cwd: string, folder: string, count: number): void {
  mkdirSync(join(cwd, folder), { recursive: true });
  for (let i = 0; i < count; i++) cpSync(join(cwd, GOOD_IMAGE), join(cwd, folder, `${i}.png`));
}

export const GOOD_IMAGE = 'parts/board/train/good/000.png';

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
