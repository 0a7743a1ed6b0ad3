// A configuration's errors name the field and what it must be.
import { describe, expect, test } from 'vitest';
import { parseGridConfig } from '../../../src/benchmark/grid/config.js';

const LEAST = { methods: ['patchcore'], datasets: ['parts'] };

test('methods and datasets are enough', () => {
  expect(parseGridConfig(LEAST)).toEqual({ ...LEAST, settings: ['unsupervised'], baseSeed: 66, cacheFeatures: false });
});

test('everything that can be set', () => {
  const all = {
    $schema: '../schemas/benchmark.json',
    methods: ['patchcore', { id: 'padim', name: 'PaDiM-100', config: { dims: 100 }, backbones: ['resnet18'] }],
    datasets: [
      'parts',
      { folder: '/data/mtd', name: 'tiles', layout: 'mtd', split: 'random80', fold: 0, categories: ['mtd'] },
    ],
    settings: ['unsupervised', 'noisy:percent=10', { kind: 'few-shot', shots: 4 }],
    seeds: [0, 1],
    baseSeed: 1,
    cacheFeatures: true,
    modules: ['own.js'],
    backbones: ['resnet50', { architecture: 'resnet18', weights: 'weights/r18.safetensors' }],
  };
  const few = { kind: 'few-shot', shots: 4, augmentation: 'none', protocol: 'paper' };
  expect(parseGridConfig(all)).toEqual({ ...all, settings: ['unsupervised', 'noisy:percent=10', few] });
});

describe('refused', () => {
  test.each([
    ['no object', 'benchmark: ', []],
    ['no methods', 'benchmark.methods: ', { datasets: ['parts'] }],
    ['an empty list', 'benchmark.methods: ', { ...LEAST, methods: [] }],
    ['an unknown field', 'benchmark.seed: no such option', { ...LEAST, seed: 1 }],
    [
      'a field inside',
      'benchmark.datasets.0.folders: no such option',
      { ...LEAST, datasets: [{ folder: 'a', folders: 1 }] },
    ],
    ['an unknown layout', 'benchmark.datasets.0.layout: ', { ...LEAST, datasets: [{ folder: 'a', layout: 'coco' }] }],
    ['a number as method', 'benchmark.methods.0: ', { ...LEAST, methods: [1] }],
    [
      'a name that no file could bear',
      'benchmark.methods.0.name: must be of letters',
      { ...LEAST, methods: [{ id: 'padim', name: 'a/b' }] },
    ],
    ['a setting without kind', 'benchmark.settings.0.kind: must have a kind', { ...LEAST, settings: [{ shots: 4 }] }],
    [
      'a setting of other numbers',
      'benchmark.settings.0.shots: must be 1, 2, 4 or 8',
      { ...LEAST, settings: [{ kind: 'few-shot', shots: 3 }] },
    ],
    [
      "a setting's unknown option",
      'benchmark.settings.0.shot: no such option',
      { ...LEAST, settings: [{ kind: 'few-shot', shots: 4, shot: 4 }] },
    ],
    ['half a seed', 'benchmark.seeds.1: ', { ...LEAST, seeds: [0, 0.5] }],
    ['a negative base seed', 'benchmark.baseSeed: ', { ...LEAST, baseSeed: -1 }],
    [
      'an unknown architecture',
      'benchmark.backbones.0.architecture: ',
      { ...LEAST, backbones: [{ architecture: 'vgg', weights: 'x' }] },
    ],
  ])('%s', (_, message, config) => {
    expect(() => parseGridConfig(config)).toThrow(message);
    expect(() => parseGridConfig(config)).toThrow('[BAD_CONFIG]');
  });

  test('with all its faults at once', () => {
    expect(() => parseGridConfig({ methods: [], datasets: [1], seeds: 'all' })).toThrow(
      /benchmark\.methods: .*; datasets\.0: .*; seeds: .* See schemas\/benchmark\.json\./,
    );
  });
});
