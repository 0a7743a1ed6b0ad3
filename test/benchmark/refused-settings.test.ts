// Settings that are refused: those that do not exist, those that the images do not allow, those that a method does not serve.
import { describe, expect, test } from 'vitest';
import {
  checkServes,
  claimOf,
  parseSetting,
  planSetting,
  readSetting,
  SETTING_KINDS,
  type SettingOptions,
  serves,
} from '../../src/benchmark/settings/index.js';
import { methodInfos } from '../../src/methods/registry.js';
import { fakeIndex } from './fake-index.js';

describe('bad input', () => {
  const good = fakeIndex('own', { part: { normal: 20, anomalous: 20 } });

  test.each<[unknown, RegExp]>([
    [undefined, /setting: must have a kind/],
    [{ kind: 'zero-shot' }, /setting.*must have a kind: unsupervised, supervised, few-shot/],
    [{ kind: 'unsupervised', shots: 1 }, /setting\.shots/],
    [{ kind: 'few-shot' }, /setting\.shots: must be 1, 2, 4 or 8/],
    [{ kind: 'few-shot', shots: 3 }, /setting\.shots: must be 1, 2, 4 or 8/],
    [{ kind: 'few-shot', shots: 1, augmentation: 'blur' }, /setting\.augmentation: must be one of none, rotation/],
    [{ kind: 'few-shot', shots: 1, protocol: 'code' }, /setting\.protocol: must be paper or im-iad-code/],
    [{ kind: 'supervised', anomalies: 0 }, /setting\.anomalies: must be a whole number from 1/],
    [{ kind: 'supervised', anomalies: 2.5 }, /setting\.anomalies: must be a whole number from 1/],
    [{ kind: 'noisy', percent: 0.05 }, /setting\.percent: must be 5, 10, 15 or 20/],
    [{ kind: 'noisy', percent: 5, ratioOf: 'test' }, /setting\.ratioOf: must be normal or total/],
    [{ kind: 'noisy', percent: 5, overlap: 1 }, /setting\.overlap: must be true or false/],
    [{ kind: 'continual', order: ['a'] }, /setting\.order: must be published, reversed/],
    [{ kind: 'autovi', images: 0 }, /setting\.images: must be all, or a whole number from 1/],
  ])('refuses %o', (options, message) => {
    const expected = expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringMatching(message) });
    expect(() => parseSetting(options)).toThrow(expected);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 32])('refuses repeat and base seed %d', (value) => {
    for (const name of ['repeat', 'baseSeed']) {
      const expected = expect.objectContaining({ code: 'BAD_ARGUMENT', path: name });
      expect(() => planSetting(good, { kind: 'unsupervised' }, { [name]: value })).toThrow(expected);
    }
  });

  const [first] = good.samples;
  const noisy = { kind: 'noisy', percent: 5 } as const;
  test.each<[string, typeof good, SettingOptions, string, RegExp]>([
    ['no images', { dataset: 'own', samples: [] }, { kind: 'unsupervised' }, 'FOLDER_EMPTY', /own/],
    [
      'an image twice',
      { ...good, samples: [...good.samples, { ...first!, split: 'test' }] },
      { kind: 'unsupervised' },
      'BAD_ARGUMENT',
      /train\/good\/0000\.png.*twice/,
    ],
    [
      'an anomaly in training',
      { dataset: 'own', samples: [{ ...first!, label: 1 }] },
      { kind: 'unsupervised' },
      'ANOMALY_IN_TRAIN',
      /0000\.png is not normal/,
    ],
    [
      'no training images',
      fakeIndex('own', { part: { normal: 0 } }),
      { kind: 'unsupervised' },
      'NO_GOOD_IMAGES',
      /own\/part/,
    ],
    [
      'no labelled test images',
      fakeIndex('own', { part: { normal: 1, testNormal: 0, unlabelled: 3 } }),
      { kind: 'unsupervised' },
      'FOLDER_EMPTY',
      /own\/part/,
    ],
    [
      'one anomaly to learn from',
      fakeIndex('own', { part: { normal: 9, anomalous: 1 } }),
      { kind: 'supervised' },
      'BAD_ARGUMENT',
      /1 anomalous test images, at least 2/,
    ],
    [
      'no anomalies for noise',
      fakeIndex('own', { part: { normal: 99 } }),
      noisy,
      'BAD_ARGUMENT',
      /0 anomalous test images/,
    ],
    [
      'a share below one image',
      fakeIndex('own', { part: { normal: 19, anomalous: 9 } }),
      noisy,
      'BAD_ARGUMENT',
      /5 % of noise in 19 normal images is no image/,
    ],
    [
      'a name that breaks keys',
      fakeIndex('a|b', { part: { normal: 1 } }),
      { kind: 'unsupervised' },
      'BAD_ARGUMENT',
      /"a\|b"/,
    ],
    ['a dataset without name', fakeIndex('', { part: { normal: 1 } }), { kind: 'unsupervised' }, 'BAD_ARGUMENT', /""/],
  ])('refuses %s', (_, index, options, code, message) => {
    expect(() => planSetting(index, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe('methods say which settings they serve', () => {
  const info = { id: 'padim', settings: ['unsupervised', 'few-shot'] as const };

  test('others are refused by name', () => {
    const refusal = {
      code: 'SETTING_NOT_SERVED',
      message: expect.stringMatching(/padim.*continual.*unsupervised, few-shot/),
    };
    expect(() => checkServes(info, parseSetting({ kind: 'continual' }))).toThrow(expect.objectContaining(refusal));
    expect(() => checkServes(info, parseSetting({ kind: 'few-shot', shots: 1 }))).not.toThrow();
    expect(serves(info, parseSetting({ kind: 'autovi' }))).toBe(true);
    expect(serves(info, parseSetting({ kind: 'supervised' }))).toBe(false);
  });

  test('every method claims settings that there are, each once, and the unsupervised one', () => {
    const kinds: readonly string[] = SETTING_KINDS;
    for (const { id, settings } of methodInfos()) {
      expect(settings, id).toContain('unsupervised');
      expect(new Set(settings).size, id).toBe(settings.length);
      expect(
        settings.filter((claim) => !kinds.includes(claim)),
        id,
      ).toEqual([]);
    }
  });

  test('every method is let into what it claims, and kept out of everything else by name', () => {
    const all = ['unsupervised', 'supervised', 'few-shot:m=1', 'noisy:percent=5', 'continual', 'autovi'].map(
      readSetting,
    );
    expect(all.map(({ kind }) => kind).sort()).toEqual(SETTING_KINDS.toSorted());
    for (const info of methodInfos()) {
      for (const setting of all) {
        const checking = () => checkServes(info, setting);
        if (info.settings.includes(claimOf(setting))) expect(checking, info.id).not.toThrow();
        else expect(checking, info.id).toThrow(expect.objectContaining({ code: 'SETTING_NOT_SERVED' }));
      }
    }
  });
});
