// Where a job runs, as far as its figures depend on it.
import { execFile } from 'node:child_process';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import process from 'node:process';
import { promisify } from 'node:util';
import { VERSION } from '../../runtime/version.js';
import type { Environment } from './record.js';

/** @param folder whose git repository is asked for its commit */
export async function environment(folder = process.cwd()): Promise<Environment> {
  return {
    libraryVersion: VERSION,
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    commit: await commitOf(folder),
  };
}

async function commitOf(folder: string): Promise<string | null> {
  const git = async (...args: string[]) => {
    return (await promisify(execFile)('git', ['-C', folder, ...args], { timeout: 10_000 })).stdout.trim();
  };
  try {
    const commit = await git('rev-parse', 'HEAD');
    return (await git('status', '--porcelain', '--untracked-files=no')) === '' ? commit : `${commit}+`;
  } catch {
    return null;
  }
}
