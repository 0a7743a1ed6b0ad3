// The choice of a backend where graphics drivers are missing, silent, broken or wrong: all of them played.
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ensureBackend, useBackend } from '../../src/kernels/backend.js';
import { currentBackend } from '../../src/runtime/backend.js';

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

  it('answers calls at the same time one after another', async () => {
    const [first, second, ensured] = await Promise.all([useBackend('cpu'), useBackend('wasm'), ensureBackend()]);
    expect([first.name, second.name, ensured.name]).toEqual(['cpu', 'wasm', 'wasm']);
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
    await useBackend('cpu');
    await expect(useBackend('wasm')).rejects.toMatchObject({ code: 'BACKEND_WRONG' });
    expect([currentBackend(), tf.getBackend()]).toEqual(['cpu', 'cpu']);
    const report = await useBackend();
    expect(report.name).toBe('cpu');
    expect(reasonFor('wasm', report)).toBe('computes 0 where 285 is right');
  });
});
