import { describe, expect, test } from 'vitest';
import { type PatchCoreOptions, resolvePatchCoreConfig } from '../../src/methods/patchcore/config.js';
import { createMethod, methodInfos } from '../../src/methods/registry.js';

/** What arrives from JavaScript or JSON. */
const resolve: (options: Record<string, unknown>) => ReturnType<typeof resolvePatchCoreConfig> = resolvePatchCoreConfig;

describe('the configuration of PatchCore', () => {
  test("has the paper's defaults, and those of the other variant", () => {
    const common = {
      layers: ['layer2', 'layer3'],
      patchSize: 3,
      coresetRatio: 0.1,
      neighbors: 1,
      smoothing: 4,
      seed: 0,
    };
    expect(resolve({})).toMatchObject({
      ...common,
      variant: 'official',
      geometry: 'crop',
      resize: 256,
      inputSize: 224,
      dimension: 1024,
      projection: 128,
      reweight: 1,
    });
    expect(resolve({ variant: 'anomalib' })).toMatchObject({
      ...common,
      geometry: 'stretch',
      inputSize: 256,
      projection: 'auto',
      reweight: 9,
    });
    expect(resolve({ variant: 'anomalib', reweight: 1 }).reweight).toBe(1);
    expect(resolve({ inputSize: undefined }).inputSize).toBe(224);
  });

  test.each<[string, Record<string, unknown>]>([
    ['coresetratio', { coresetratio: 0.1 }],
    ['coresetRatio', { coresetRatio: 0 }],
    ['coresetRatio', { coresetRatio: 1.1 }],
    ['coresetRatio', { coresetRatio: '0.1' }],
    ['coresetRatio', { coresetRatio: Number.NaN }],
    ['coresetCount', { coresetCount: 0 }],
    ['variant', { variant: 'spade' }],
    ['backbone', { backbone: '' }],
    ['backbone', { backbone: { architecture: 'vgg', weights: 'x' } }],
    ['layers', { layers: [] }],
    ['layers', { layers: ['layer3', 'layer2'] }],
    ['layers', { layers: ['layer2', 'layer2'] }],
    ['layers.0', { layers: ['layer5'] }],
    ['geometry', { geometry: 'pad' }],
    ['inputSize', { inputSize: 31 }],
    ['inputSize', { inputSize: 224.5 }],
    ['tileOverlap', { tileOverlap: 0.8 }],
    ['resize', { geometry: 'tile', resize: 200 }],
    ['patchSize', { patchSize: 4 }],
    ['patchSize', { variant: 'anomalib', patchSize: 5 }],
    ['projection', { projection: 'best' }],
    ['neighbors', { neighbors: 0 }],
    ['scoreTop', { scoreTop: 5, reweight: 3 }],
    ['scoreTop', { scoreTop: 5, variant: 'anomalib' }],
    ['smoothing', { smoothing: -1 }],
    ['calibrationShare', { calibrationShare: 0.6 }],
    ['falseAlarmRate', { falseAlarmRate: 0 }],
    ['pixelFalseAlarmRate', { pixelFalseAlarmRate: 1 }],
    ['seed', { seed: -1 }],
    ['seed', { seed: 2 ** 32 }],
    ['memoryBudget', { memoryBudget: 1000 }],
  ])('is refused naming %s in %o', (field, options) => {
    expect(() => resolve(options)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', path: `PatchCore.${field}` }));
  });

  test('resolves to itself, so that a saved one means the same later', () => {
    const options: PatchCoreOptions = {
      variant: 'anomalib',
      seed: 7,
      resize: null,
      geometry: 'tile',
      layers: ['layer1'],
    };
    const config = resolvePatchCoreConfig(options);
    expect(resolvePatchCoreConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });
});

describe('methods by name', () => {
  test('know patchcore and pass options on', () => {
    expect(methodInfos().map(({ id, year }) => [id, year])).toEqual([
      ['patchcore', 2022],
      ['padim', 2020],
      ['spade', 2020],
      ['fastflow', 2021],
      ['stpm', 2021],
      ['cflow', 2022],
    ]);
    expect(createMethod('patchcore', { seed: 5 }).config.seed).toBe(5);
    expect(() => createMethod('patchcore', { sede: 5 })).toThrow(/BAD_CONFIG.*sede/);
  });

  test.each(['magic', '', 'constructor', '__proto__', 'toString'])('refuse %o', (id) => {
    expect(() => createMethod(id)).toThrow(/BAD_ARGUMENT.*Known: patchcore, padim, spade/);
  });
});
