// The machine and the versions that a result belongs to.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import process from 'node:process';

const require = createRequire(import.meta.url);

export function machine() {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.platform()} ${os.arch()} ${os.release()}`,
    node: process.version,
  };
}

/** Of this package and of what computes. */
export function versions(): Record<string, string> {
  const names = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu', 'webgpu'];
  const found = names.flatMap((name) => {
    try {
      return [[name, versionOf(require.resolve(`${name}/package.json`))] as const];
    } catch {
      // An optional package that is not installed.
      return [];
    }
  });
  return { 'iad-tf': versionOf(require.resolve('../../package.json')), ...Object.fromEntries(found) };
}

function versionOf(path: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'));
  return version;
}
