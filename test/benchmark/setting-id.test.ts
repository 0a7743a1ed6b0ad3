// A setting in one word: there and back, and what words that mean nothing get.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseSetting,
  readSetting,
  SETTING_KINDS,
  type SettingOptions,
  settingId,
} from '../../src/benchmark/settings/index.js';
import { fewShot, noisy } from './arbitrary-settings.js';

const setting: fc.Arbitrary<SettingOptions> = fc.oneof(
  fc.constant<SettingOptions>({ kind: 'unsupervised' }),
  fc.record({ kind: fc.constant('supervised' as const), anomalies: fc.integer({ min: 1, max: 2 ** 40 }) }),
  fewShot,
  noisy,
  fc.record({
    kind: fc.constant('continual' as const),
    order: fc.oneof(
      fc.constantFrom('published' as const, 'reversed' as const),
      fc.array(
        fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[a%>|,=:2c5e37]{1,5}$/), fc.constant('reversed')),
        { minLength: 2, maxLength: 4 },
      ),
    ),
  }),
  fc.record({
    kind: fc.constant('autovi' as const),
    images: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 999 })),
    augmentation: fc.boolean(),
  }),
);

test('a setting is read from its id, whatever categories are called', () => {
  const check = (options: SettingOptions) => {
    const wanted = parseSetting(options);
    expect(readSetting(settingId(wanted))).toEqual(wanted);
    expect(settingId(wanted)).not.toContain('|');
  };
  fc.assert(fc.property(setting, check), { numRuns: 500 });
});

test('orders of categories that read alike have different ids', () => {
  const id = (order: string[]) => settingId(parseSetting({ kind: 'continual', order }));
  expect(id(['a>b', 'c'])).not.toBe(id(['a', 'b>c']));
  expect(id(['%3e', 'c'])).not.toBe(id(['>', 'c']));
});

test('what a word leaves out has its default', () => {
  expect(readSetting('supervised')).toEqual({ kind: 'supervised', anomalies: 10 });
  expect(readSetting('few-shot:m=4')).toMatchObject({ shots: 4, augmentation: 'none', protocol: 'paper' });
  expect(readSetting('noisy:percent=20,overlap')).toMatchObject({ percent: 20, ratioOf: 'normal', overlap: true });
  expect(readSetting('continual:order=reversed')).toMatchObject({ order: 'reversed' });
  for (const kind of SETTING_KINDS.filter((name) => name !== 'few-shot' && name !== 'noisy'))
    expect(readSetting(kind)).toEqual(parseSetting({ kind }));
});

describe('words that are no setting', () => {
  test.each([
    ['', /no learning setting "".*Known: unsupervised, supervised/],
    ['zero-shot', /no learning setting "zero-shot"/],
    ['constructor', /no learning setting "constructor"/],
    ['Few-shot:m=1', /no learning setting "Few-shot"/],
    ['few-shot', /setting few-shot.*\.shots: must be 1, 2, 4 or 8/],
    ['few-shot:m=3', /setting few-shot.*\.shots: must be 1, 2, 4 or 8/],
    ['few-shot:m=4.0', /setting few-shot.*\.shots: must be 1, 2, 4 or 8/],
    ['few-shot:m', /setting few-shot.*\.shots: must be 1, 2, 4 or 8/],
    ['few-shot:m=1,m=2', /"m" is there twice/],
    ['few-shot:shots=1', /few-shot has no option "shots".*It has m, augmentation, protocol/],
    ['few-shot:m=1,', /few-shot has no option ""/],
    ['few-shot:__proto__=1', /no option "__proto__"/],
    ['unsupervised:', /unsupervised has no option "".*It has none/],
    ['unsupervised:n=1', /unsupervised has no option "n"/],
    ['supervised:n=-1', /setting supervised:n=.*\.anomalies: must be a whole number from 1/],
    ['supervised:n=1e1', /setting supervised:n=.*\.anomalies: must be a whole number from 1/],
    ['noisy:percent=7', /setting noisy:percent=7\.percent: must be 5, 10, 15 or 20/],
    ['noisy:percent=5,overlap=no', /"overlap" takes no value/],
    ['noisy:percent=5,overlap=true', /"overlap" takes no value.*Leave it out/],
    ['continual:order=a', /\.order: must be published, reversed, or a list/],
    ['continual:order=a>', /\.order.*: must be published, reversed, or a list/],
    ['autovi:images=some', /\.images: must be all, or a whole number from 1/],
  ])('%s', (word, message) => {
    const expected = expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringMatching(message) });
    expect(() => readSetting(word)).toThrow(expected);
  });
});
