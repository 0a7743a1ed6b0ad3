// What the benchmarks of methods share: fields from the command line, summaries of runs, time in kernels.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { KernelClock, kernelsNow } from '../../bench/harness/kernel-time.js';
import { fieldsOf } from '../../bench/settings.js';
import { summaryOf } from '../../bench/summary.js';
import { useBackend } from '../../src/kernels/backend.js';
import { randomProjection } from '../../src/kernels/index.js';

describe('--set', () => {
  it('takes JSON, and text where it is none', () => {
    const given = ['epochs=50', 'layers=["layer2","layer3"]', 'backbone=resnet18', 'coresetCount=null', 'path=a=b'];
    expect(fieldsOf(given)).toEqual({
      epochs: 50,
      layers: ['layer2', 'layer3'],
      backbone: 'resnet18',
      coresetCount: null,
      path: 'a=b',
    });
  });

  it.each(['epochs', '=5', ''])('refuses %o', (setting) => {
    expect(() => fieldsOf([setting])).toThrow(/want field=value/);
  });
});

describe('a summary', () => {
  const run = (auroc: number, aupro: number | null) => ({ image: { auroc, f1Max: 1 }, pixel: { aupro } });

  it('has mean and sample deviation of every metric', () => {
    expect(summaryOf([run(0.9, 0.5), run(0.94, 0.7)])).toEqual({
      runs: 2,
      image: { auroc: { mean: 0.92, sd: 0.028284 } },
      pixel: { aupro: { mean: 0.6, sd: 0.141421 } },
    });
  });

  it('has no deviation for one run, and leaves out what was not measured', () => {
    expect(summaryOf([{ image: { auroc: 0.9 }, pixel: null }])).toEqual({
      runs: 1,
      image: { auroc: { mean: 0.9, sd: null } },
      pixel: {},
    });
    expect(summaryOf([run(0.9, null)]).pixel).toEqual({});
  });
});

describe('time in kernels', () => {
  let stock: ReadonlySet<tf.KernelFunc>;
  beforeAll(async () => {
    stock = kernelsNow('wasm');
    await useBackend('wasm');
  });

  it('is counted by kernel, says whose it is, and leaves tfjs as it was', () => {
    const before = tf.getKernelsForBackend('wasm');
    const x = tf.ones<tf.Rank.R2>([40, 64]);
    const clock = new KernelClock(stock);
    tf.dispose(tf.add(x, x));
    clock.reset();
    tf.dispose([
      tf.matMul(x, x, false, true),
      tf.exp(x),
      tf.exp(x),
      randomProjection(x, { kind: 'gaussian', outputs: 8, seed: 1 }),
    ]);
    const times = clock.times();
    clock.stop();
    tf.dispose(tf.exp(x));
    const byName = new Map(times.map((time) => [time.kernel, time]));
    expect(byName.get('Exp')).toMatchObject({ calls: 2, isOwn: false });
    expect(byName.get('BatchMatMul')).toMatchObject({ calls: 1, isOwn: true });
    expect(times.filter(({ isOwn }) => isOwn)).toHaveLength(2);
    expect(byName.has('Add')).toBe(false);
    expect(times.every(({ ms }) => ms >= 0)).toBe(true);
    expect(times.map(({ ms }) => ms)).toEqual(times.map(({ ms }) => ms).sort((a, b) => b - a));
    expect(new Set(tf.getKernelsForBackend('wasm'))).toEqual(new Set(before));
    x.dispose();
  });
});
