// The choice of the backend. Which one `auto` takes depends on the machine; that it is reasoned does not.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { ensureBackend, useBackend } from '../../src/kernels/backend.js';
import { type BackendName, currentBackend } from '../../src/runtime/backend.js';

const FASTEST_FIRST: readonly BackendName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

// First, before any choice.
test('importing the library chooses nothing and leaves no tensor', () => {
  expect(library.PatchCore.info.id).toBe('patchcore');
  expect(currentBackend()).toBeNull();
  // Asking tfjs for its memory makes it choose, so this comes first.
  expect(Object.keys(tf.engine().registry)).toEqual([]);
  expect(tf.memory().numTensors).toBe(0);
});

describe('useBackend', () => {
  test('auto takes the first that works, and says why the faster ones were passed over', async () => {
    const report = await useBackend();
    expect(tf.getBackend()).toBe(report.name);
    expect(report.passedOver.map(({ name }) => name)).toEqual(
      FASTEST_FIRST.slice(0, FASTEST_FIRST.indexOf(report.name)),
    );
    for (const { reason } of report.passedOver) expect(reason.length).toBeGreaterThan(5);
    expect(report.device).not.toBe('');
    expect(currentBackend()).toBe(report.name);
    expect(await ensureBackend()).toBe(report);
    expect(tf.memory().numTensors).toBe(0);
  });

  test.each(['wasm', 'cpu'] as const)('%s by name', async (name) => {
    expect(await useBackend(name)).toMatchObject({ name, passedOver: [] });
    expect([tf.getBackend(), currentBackend()]).toEqual([name, name]);
    expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3);
  });

  test.each(['gpu', '', 'constructor'])('refuses the unknown name %o', async (name) => {
    const untyped: { use(name?: string): Promise<unknown> } = { use: useBackend };
    await expect(untyped.use(name)).rejects.toMatchObject({ code: 'BAD_ARGUMENT', path: 'useBackend' });
    await expect(untyped.use(name)).rejects.toThrow(/Use one of: auto, tensorflow, webgpu, wasm, cpu/);
  });

  test('tensorflow: there, or refused naming both packages, with the earlier choice kept', async () => {
    await useBackend('wasm');
    const report = await useBackend('tensorflow').catch((error: unknown) => error);
    if (report instanceof library.IadError) {
      expect(report.code).toBe('BACKEND_UNAVAILABLE');
      expect(report.message).toMatch(/tensorflow: @tensorflow\/tfjs-node-gpu .+, @tensorflow\/tfjs-node .+/);
      expect([tf.getBackend(), currentBackend()]).toEqual(['wasm', 'wasm']);
    } else expect(report).toMatchObject({ name: 'tensorflow' });
  });

  test('a choice stays until another is made', async () => {
    await useBackend('cpu');
    expect((await ensureBackend()).name).toBe('cpu');
    await useBackend('wasm');
    expect((await ensureBackend()).name).toBe('wasm');
  });
});
