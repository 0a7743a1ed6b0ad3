// Builds dist/: the AssemblyScript kernels become one wasm binary embedded in a module (no file to find at run time,
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

const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-build-'));
try {
  const wasm = join(scratch, 'kernels.wasm');
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
  ]);
  const base64 = readFileSync(wasm).toString('base64');
  const generated = join(root, 'src/kernels/wasm/generated.ts');
  const text = `// Made by scripts/build.mjs from the *.as.ts files.\nexport const KERNELS_WASM_BASE64 =\n  '${base64}';\n`;
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
