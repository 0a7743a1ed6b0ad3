<<<<<<< HEAD

// The choice of a backend where graphics drivers are missing, silent, broken or wrong: all of them played.
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { currentBackend, useBackend } from '../../src/runtime/backend.js';

/** Puts a navigator in place whose graphics card does this. */
function pretend(requestAdapter: () => Promise<unknown>): void {
  vi.stubGlobal('navigator', { userAgent: 'node', gpu: { requestAdapter } });
}

function reasonFor(name: string, { passedOver }: Awaited<ReturnType<typeof useBackend>>): string | undefined {
  return passedOver.find((each) => each.name === name)?.reason;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('useBackend', () => {
  it('refuses a backend that it does not know', async () => {
    // @ts-expect-error not one of the names
    await expect(useBackend('cuda')).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  it('takes wasm where there is nothing faster, and says why', async () => {
    pretend(async () => null);
    const report = await useBackend();
    expect(report).toMatchObject({ name: 'wasm', device: 'SIMD' });
    expect(reasonFor('tensorflow', report)).toMatch(/tfjs-node-gpu .*, @tensorflow\/tfjs-node /);
    expect(reasonFor('webgpu', report)).toBe('no adapter: no graphics driver answers');
    expect(currentBackend()).toBe('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });

  it('does not wait for ever for a driver that never answers', async () => {
    pretend(() => new Promise(() => {}));
    vi.useFakeTimers();
    const asked = expect(useBackend('webgpu')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(/no answer in 60 s/),
    });
    await vi.advanceTimersByTimeAsync(61_000);
    await asked;
  });

  it('passes on what a broken driver says', async () => {
    pretend(async () => {
      throw new Error('lost the card');
    });
    expect(reasonFor('webgpu', await useBackend())).toBe('lost the card');
    await expect(useBackend('webgpu')).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  it('refuses a backend that computes wrongly, and passes on to the next one if it may', async () => {
    pretend(async () => null);
    const { data } = tf.Tensor.prototype;
    vi.spyOn(tf.Tensor.prototype, 'data').mockImplementation(function (this: tf.Tensor) {
      return tf.getBackend() === 'wasm' ? Promise.resolve(Float32Array.of(0)) : data.call(this);
    });
    await expect(useBackend('wasm')).rejects.toMatchObject({ code: 'BACKEND_WRONG' });
    const report = await useBackend();
    expect(report.name).toBe('cpu');
    expect(reasonFor('wasm', report)).toBe('computes 0 where 285 is right');
=======
// The choice of the backend. Which one `auto` takes depends on the machine; that it is reasoned does not.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import * as library from '../../src/index.js';
import { type BackendName, currentBackend, ensureBackend, useBackend } from '../../src/runtime/backend.js';

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
>>>>>>> t-patchcore
  });
});
