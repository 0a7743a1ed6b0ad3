// Settings by their word: the inverse of the word that results go by.
import { describe, expect, test } from 'vitest';
import { settingFrom } from '../../../src/benchmark/grid/setting-text.js';
import { parseSetting, type SettingOptions, settingId } from '../../../src/benchmark/settings/index.js';

const SETTINGS: SettingOptions[] = [
  { kind: 'unsupervised' },
  { kind: 'supervised', anomalies: 5 },
  { kind: 'few-shot', shots: 4 },
  { kind: 'few-shot', shots: 1, augmentation: 'colorJitter', protocol: 'im-iad-code' },
  { kind: 'noisy', percent: 15 },
  { kind: 'noisy', percent: 5, ratioOf: 'total', overlap: true },
  { kind: 'continual' },
  { kind: 'continual', order: 'reversed' },
  { kind: 'continual', order: ['b', 'a', 'c'] },
  { kind: 'autovi' },
  { kind: 'autovi', images: 16, augmentation: true },
];

test.each(SETTINGS.map((options) => [settingId(parseSetting(options)), options] as const))('%s', (word, options) => {
  expect(settingFrom(word)).toEqual(parseSetting(options));
  expect(settingFrom({ ...options })).toEqual(parseSetting(options));
});

test('defaults are filled in', () => {
  expect(settingId(settingFrom('few-shot:m=2'))).toBe('few-shot:m=2,augmentation=none');
});

describe('what is wrong is said', () => {
  test.each([
    ['fewshot', "no learning setting 'fewshot'. Known: unsupervised, supervised, few-shot, noisy, continual, autovi."],
    ['few-shot:shots=4', "no option 'shots' of few-shot. Known: m, augmentation, protocol."],
    ['unsupervised:m=1', "no option 'm' of unsupervised. It has none."],
    ['few-shot', 'setting.shots: must be 1, 2, 4 or 8'],
    ['few-shot:m=three', 'setting.shots: must be 1, 2, 4 or 8'],
    ['noisy:percent=10,overlap=yes', 'setting.overlap: must be true or false'],
    ['', "no learning setting ''"],
    ['few-shot:', "no option '' of few-shot"],
  ])('%s', (word, message) => {
    expect(() => settingFrom(word)).toThrow(message);
    expect(() => settingFrom(word)).toThrow('[BAD_CONFIG]');
  });
});
