// What a report says besides its tables: cost, defect types, the worst images, and what made it.
import { describe, expect, test } from 'vitest';
import { result, sampleEvaluation } from '../report/sample.js';
import { evaluationOf } from './made-up.js';
import { reportOf, table } from './made-up-report.js';

describe('beside the tables', () => {
  test('cost: latency without decoding; memory only where a process did one job', async () => {
    const shared = await reportOf([{ gives: 0.9, ownProcess: false }]);
    expect(shared.efficiency).toMatchObject([
      {
        training: 1520,
        latency: 89,
        imagesPerSecond: 7.8,
        peakMemory: null,
        auroc: 0.9,
        learned: 'memory bank 100 x 1536',
      },
    ]);
    const perImage = { decode: 100, features: 8, scoring: 1 };
    const timings = { ...sampleEvaluation().timings, latency: null, perImage };
    const few = { after: 'bolt', on: 'bolt', evaluation: evaluationOf(0.9, { timings }) };
    expect((await reportOf([{ gives: [few] }])).efficiency[0]?.latency).toBe(9);
    const own = await reportOf([{ gives: 0.9 }, { repeat: 1, gives: 0.9, peakMemory: 3 * 2 ** 30, parallel: 2 }]);
    expect(own.efficiency).toMatchObject([{ peakMemory: 3 * 2 ** 30, parallel: 2 }]);
  });

  test('no latency where features came from a cache, which is said', async () => {
    const report = await reportOf([{ gives: 0.9, cacheFeatures: true }]);
    expect(report.efficiency[0]?.latency).toBeNull();
    expect(report.cacheFeatures).toBe(true);
    expect((await reportOf([{ gives: 0.9 }])).cacheFeatures).toBe(false);
  });

  test('a method that stands there for reference', async () => {
    const setting = { kind: 'supervised' } as const;
    const report = await reportOf([{ setting, gives: 0.9, standing: 'reference' }]);
    const found = table(report, 'categories');
    expect(found.title).toContain('supervised, n = 10 anomalous images');
    expect(found.notes).toEqual(['PatchCore: for reference, it learns from normal images alone.']);
  });

  test('defect types, one of them called __proto__', async () => {
    const metrics = { auroc: 0.4, ap: 0.5, f1Max: 0.5, f1MaxThreshold: 1 };
    const perDefect = JSON.parse(
      JSON.stringify({ x: { count: 2, image: metrics, pixel: null } }).replace('"x"', '"__proto__"'),
    );
    const gives = [{ after: 'bolt', on: 'bolt', evaluation: { perDefect } }];
    expect((await reportOf([{ gives }])).defects).toMatchObject([
      { defect: '__proto__', images: 2, imageAuroc: { mean: 0.4 }, aupro: { mean: null } },
    ]);
  });

  test('the worst images: how many of the other class are on the wrong side', async () => {
    const images = [result('g0', 0, 1), result('g1', 0, 5), result('a0', 1, 2), result('a1', 1, 5), result('?', -1, 9)];
    const gives = [{ after: 'bolt', on: 'bolt', evaluation: { images } }];
    const [worst] = (await reportOf([{ gives }])).worst;
    // g1 is above a0 and level with a1.
    expect(worst?.images.map(({ id, misplaced, score }) => [id, misplaced, score])).toEqual([
      ['g1', 0.75, 5],
      ['a0', 0.5, 2],
      ['a1', 0.25, 5],
    ]);
    const other = [
      { after: 'bolt', on: 'bolt', evaluation: { images: images.map((image) => ({ ...image, score: image.label })) } },
    ];
    const [both] = (await reportOf([{ gives }, { repeat: 1, gives: other }])).worst;
    expect(both?.images[0]).toMatchObject({ id: 'g1', misplaced: 0.375, score: 2.5 });
  });

  test('one class alone has no worst images', async () => {
    const gives = [{ after: 'bolt', on: 'bolt', evaluation: { images: [result('a0', 1, 2), result('a1', 1, 5)] } }];
    expect((await reportOf([{ gives }])).worst[0]?.images).toEqual([]);
  });

  test('methods by what they are called, and by their backbone where a name is shared', async () => {
    const report = await reportOf([
      { gives: 0.9, config: { backbone: 'resnet18' } },
      { gives: 0.9, config: { backbone: 'resnet50' } },
      { gives: 0.9, name: 'mine', config: { coresetRatio: 0.5 } },
    ]);
    expect(report.methods.map(({ label }) => label)).toEqual(['PatchCore (resnet18)', 'PatchCore (resnet50)', 'mine']);
    expect(report.methods[2]?.config).not.toHaveProperty('seed');
  });

  test('one column although settings change fields of the configuration, which is said', async () => {
    const report = await reportOf([
      { gives: 0.9, config: { calibrationShare: 0.1 } },
      { gives: 0.9, setting: { kind: 'few-shot', shots: 1 }, config: { calibrationShare: 0 } },
    ]);
    expect(table(report, 'settings').columns).toEqual(['PatchCore']);
    expect(report.methods[0]).toMatchObject({
      config: { calibrationShare: 0.1 },
      except: [{ setting: 'few-shot:m=1,augmentation=none', config: { calibrationShare: 0 } }],
    });
  });

  test('where it ran', async () => {
    expect((await reportOf([{ gives: 0.9 }, { repeat: 1, gives: 0.9 }])).environments).toEqual([
      {
        machine: 'AMD EPYC, 2 cores, 16.0 GiB, linux x64',
        software: 'iad-tf 0.1.0, commit abcdef; Node v20.20.2; wasm; default number of threads',
        jobs: 2,
        parallel: 1,
      },
    ]);
  });
});
