import { describe, expect, test } from 'vitest';
import { type PatchCoreOptions, resolvePatchCoreConfig } from '../../src/methods/patchcore/config.js';
import { createMethod, methodFlags, methodInfos } from '../../src/methods/registry.js';
import { refusesOptions } from '../helpers/options.js';

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

  refusesOptions('PatchCore', resolve, [
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
  ]);

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

describe("a backbone's layers", () => {
  test('are named by the architecture', () => {
    const options = { backbone: 'efficientnet_b5', layers: ['features.2', 'features.6'] };
    expect(createMethod('patchcore', options).config).toMatchObject(options);
    const file = { architecture: 'alexnet', weights: 'a.pth' };
    const own = { backbone: file, layers: ['features.9', 'features.12'] };
    expect(createMethod('padim', own).config).toMatchObject(own);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'patchcore',
      { backbone: 'efficientnet_b5' },
      /PatchCore\.layers: layer2 is no layer of efficientnet_b5\. It has features\.1 /,
    ],
    [
      'padim',
      { backbone: 'alexnet' },
      /PaDiM\.layers: layer1 .*features\.2 \(1\/8, 64 channels\), features\.5 \(1\/16, 192 /,
    ],
    [
      'padim',
      { layers: ['features.1'] },
      /features\.1 is no layer of resnet50_keras\. It has layer1 \(1\/4, 256 channels\)/,
    ],
    [
      'padim',
      { backbone: 'alexnet', layers: ['features.12', 'features.9'] },
      /PaDiM\.layers: must name .* shallowest first/,
    ],
    ['padim', { layers: ['layer1', 'features.2'] }, /PaDiM\.layers: must name layers of one network/],
    [
      'patchcore',
      { backbone: 'alexnet', layers: ['features.9', 'features.12'], inputSize: 32 },
      /PatchCore\.inputSize: 32 is too small for features\.12 of alexnet/,
    ],
    ['patchcore', { backbone: 'resnet51' }, /WEIGHTS_UNKNOWN.*resnet51.*Known: .*alexnet/],
  ])('%s refuses %o', (method, options, message) => {
    expect(() => createMethod(method, options)).toThrow(message);
  });
});

describe('methods by name', () => {
  test('an option that several methods have takes the words of all of them', () => {
    const found = methodFlags().filter(({ flag }) => flag.startsWith('--image-score '));
    expect(found).toEqual([
      {
        flag: '--image-score <name>',
        description: 'spade: what the image score is of; fastflow: of the map',
        value: ['global', 'mapMax', 'max', 'mean'],
      },
    ]);
    const [hidden, ...more] = methodFlags().filter(({ flag }) => flag.startsWith('--hidden '));
    expect(hidden?.description).toBe('csflow, differnet: width of the subnets');
    expect(more).toEqual([]);
  });

  test('know patchcore and pass options on', () => {
    expect(methodInfos().map(({ id, year }) => [id, year])).toEqual([
      ['patchcore', 2022],
      ['padim', 2020],
      ['spade', 2020],
      ['fastflow', 2021],
      ['stpm', 2021],
      ['cflow', 2022],
      ['csflow', 2022],
      ['differnet', 2021],
    ]);
    expect(createMethod('patchcore', { seed: 5 }).config.seed).toBe(5);
    expect(() => createMethod('patchcore', { sede: 5 })).toThrow(/BAD_CONFIG.*sede/);
  });

  test.each(['magic', '', 'constructor', '__proto__', 'toString'])('refuse %o', (id) => {
    expect(() => createMethod(id)).toThrow(/BAD_ARGUMENT.*Known: patchcore, padim, spade/);
  });
});
