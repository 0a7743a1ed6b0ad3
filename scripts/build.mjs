// Builds dist/: the AssemblyScript kernels become wasm binaries embedded in a module (no file to find at run time,
// in a worker, in a bundle or under a strict server), then tsc compiles the rest.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (name, args) =>
  execFileSync(bin(name), args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });

/** Compiles the kernels and gives the binary as base64. */
function kernels(file, options) {
  const wasm = join(scratch, file);
  run('asc', [
    'src/kernels/wasm/entry.as.ts',
    '--outFile',
    wasm,
    // The module works on tfjs's own memory: it imports it, has no static data of its own and never allocates.
    '--importMemory',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '0',
    '--noAssert',
    '--use',
    'abort=',
    ...options,
  ]);
  return readFileSync(wasm).toString('base64');
}

const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-build-'));
try {
  const plain = kernels('kernels.wasm', []);
  // tfjs's threaded build, which it takes in cross-origin isolated pages, has a shared memory of up to 4 GiB, and a
  // module must import memory as what it is.
  const shared = kernels('shared.wasm', ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536']);
  const generated = join(root, 'src/kernels/wasm/generated.ts');
  const text = [
    '// Made by scripts/build.mjs from the *.as.ts files.',
    `export const KERNELS_WASM_BASE64 =\n  '${plain}';`,
    `export const KERNELS_SHARED_WASM_BASE64 =\n  '${shared}';`,
    '',
  ].join('\n');
  if (!existsSync(generated) || readFileSync(generated, 'utf8') !== text) writeFileSync(generated, text);
} finally {
  rmSync(scratch, { recursive: true });
}
if (!process.argv.includes('--wasm-only')) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('tsc', ['-p', 'tsconfig.json']);
  const main = join(root, 'dist/cli/main.node.js');
  if (existsSync(main)) chmodSync(main, 0o755);
}
