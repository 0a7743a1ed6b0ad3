// Learning settings as a configuration names them: in one word, as results do, or as an object.
import { IadError } from '../../runtime/errors.js';
import { parseSetting, type Setting } from '../settings/index.js';
import type { SettingEntry } from './config.js';

/** From the word's abbreviation to the option and its value; what does not fit is left to the check of the whole. */
type Field = readonly [option: string, read: (text: string) => unknown];

const number = (text: string) => (/^\d+$/.test(text) ? Number(text) : text);
const word = (text: string) => text;
const flag = (text: string) => text === '' || text;

const FIELDS: Readonly<Record<Setting['kind'], Readonly<Record<string, Field>>>> = {
  unsupervised: {},
  supervised: { n: ['anomalies', number] },
  'few-shot': { m: ['shots', number], augmentation: ['augmentation', word], protocol: ['protocol', word] },
  noisy: { percent: ['percent', number], of: ['ratioOf', word], overlap: ['overlap', flag] },
  continual: { order: ['order', (text) => (text.includes('>') ? text.split('>') : text)] },
  autovi: { images: ['images', number], augmented: ['augmentation', flag] },
};

/**
 * A setting from its word, such as `noisy:percent=10,overlap` (the inverse of `settingId`), or from its options.
 * @throws IadError BAD_CONFIG naming what is wrong and what there is
 */
export function settingFrom(entry: SettingEntry): Setting {
  return parseSetting(typeof entry === 'string' ? optionsOf(entry) : entry);
}

function optionsOf(text: string): Record<string, unknown> {
  const [kind = '', rest] = split(text, ':');
  const fields = Object.entries(FIELDS).find(([known]) => known === kind)?.[1];
  if (!fields) throw unknown(`no learning setting '${kind}'`, Object.keys(FIELDS));
  const given = rest === undefined ? [] : rest.split(',').map((part) => split(part, '='));
  const options = given.map(([name, value = '']): [string, unknown] => {
    const field = Object.entries(fields).find(([known]) => known === name)?.[1];
    if (!field) throw unknown(`'${text}': no option '${name}' of ${kind}`, Object.keys(fields));
    return [field[0], field[1](value)];
  });
  return { kind, ...Object.fromEntries(options) };
}

/** At the first separator. */
function split(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function unknown(what: string, known: readonly string[]): IadError {
  const hint = known.length === 0 ? 'It has none.' : `Known: ${known.join(', ')}.`;
  return new IadError('BAD_CONFIG', what, { path: 'benchmark.settings', hint });
}
