// Builds dist/: the AssemblyScript kernels become wasm binaries embedded in a module (no file to find at run time,
// in a worker, in a bundle or under a strict server), then tsc compiles the rest.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (name, args) =>
  execFileSync(bin(name), args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });

/** Every kernel's functions in one module; what other files inline is in *.inline.as.ts. */
function entry() {
  const folder = join(root, 'src/kernels');
  const files = readdirSync(folder, { recursive: true }).filter(
    (file) => file.endsWith('.as.ts') && !file.endsWith('.inline.as.ts'),
  );
  const lines = files.sort().map((file) => {
    const path = relative(root, join(folder, file)).replaceAll('\\', '/').replace(/\.ts$/, '');
    return `export * from './${path}';`;
  });
  // asc finds its imports from the folder that it runs in.
  const at = join(root, 'kernels.entry.as.ts');
  writeFileSync(at, `${lines.join('\n')}\n`);
  return at;
}

/** Compiles the kernels and gives the binary. */
function kernels(file, options) {
  const wasm = join(scratch, file);
  run('asc', [
    relative(root, source),
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
  return readFileSync(wasm);
}

const scratch = mkdtempSync(join(tmpdir(), 'iad-tf-build-'));
const source = entry();
try {
  // Fused multiply-add where the engine has it; see src/kernels/wasm/fma.inline.as.ts.
  const relaxed = ['--enable', 'relaxed-simd'];
  // tfjs's threaded build, which it takes in cross-origin isolated pages, has a shared memory of up to 4 GiB, and a
  // module must import memory as what it is.
  const shared = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
  const binaries = {
    plain: kernels('plain.wasm', []),
    relaxed: kernels('relaxed.wasm', relaxed),
    shared: kernels('shared.wasm', shared),
    sharedRelaxed: kernels('shared-relaxed.wasm', [...shared, ...relaxed]),
  };
  const functions = WebAssembly.Module.exports(new WebAssembly.Module(binaries.plain))
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name)
    .sort();
  const generated = join(root, 'src/kernels/wasm/generated.ts');
  const text = [
    '// Made by scripts/build.mjs from the *.as.ts files: the kernels as base64, for each kind of memory and engine.',
    'export const KERNEL_BINARIES = {',
    ...Object.entries(binaries).map(([name, binary]) => `  ${name}: '${binary.toString('base64')}',`),
    '} as const;',
    'export const KERNEL_FUNCTIONS = [',
    ...functions.map((name) => `  '${name}',`),
    '] as const;',
    '',
  ].join('\n');
  if (!existsSync(generated) || readFileSync(generated, 'utf8') !== text) writeFileSync(generated, text);
} finally {
  rmSync(scratch, { recursive: true });
  rmSync(source);
}
if (!process.argv.includes('--wasm-only')) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('tsc', ['-p', 'tsconfig.json']);
  const main = join(root, 'dist/cli/main.node.js');
  if (existsSync(main)) chmodSync(main, 0o755);
}
