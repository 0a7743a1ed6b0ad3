// The build with fused multiply-add is taken where the engine has relaxed SIMD, and keeps every bound.
import { execFile } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { useBackend } from '../../src/kernels/backend.js';
import { KERNEL_BINARIES } from '../../src/kernels/wasm/generated.js';
import { fusedRest } from '../helpers/fused-rest.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const hasRelaxed = WebAssembly.validate(Buffer.from(KERNEL_BINARIES.relaxed, 'base64'));

interface Walk {
  readonly backend: string;
  readonly rest: number;
  readonly cases: number;
  readonly problems: readonly string[];
}

test('every case holds with fused multiply-add', async () => {
  // Node 20 has it behind a flag, which later versions need not know.
  const flags = hasRelaxed ? [] : ['--experimental-wasm-relaxed-simd'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--import', 'tsx', 'test/helpers/relaxed-walk.ts'],
    { cwd: root, env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.test.json' }, maxBuffer: 2 ** 26 },
  );
  const walk: Walk = JSON.parse(stdout.slice(stdout.lastIndexOf('{"backend"')));
  expect(walk.backend).toBe('wasm');
  // x x - round(x x) for x = 1 + 2^-12 is what the rounding to 24 bits leaves off: -2^-24, or 0 where it was rounded twice.
  expect(Math.abs(walk.rest)).toBe(2 ** -24);
  expect(walk.cases).toBeGreaterThan(100);
  expect(walk.problems).toEqual([]);
}, 300_000);

test('this engine rounds as often as its features say', async () => {
  await useBackend('wasm');
  expect(Math.abs(fusedRest())).toBe(hasRelaxed ? 2 ** -24 : 0);
});
