// A setting in one word, such as `few-shot:m=4,augmentation=rotation`: what results, published numbers and the command line call it.
import { IadError } from '../../runtime/errors.js';
import { parseSetting, SETTING_KINDS, type Setting } from './config.js';

/** The word never changes, and different settings have different ones. */
export function settingId(setting: Setting): string {
  switch (setting.kind) {
    case 'unsupervised':
      return 'unsupervised';
    case 'supervised':
      return `supervised:n=${setting.anomalies}`;
    case 'few-shot': {
      const code = setting.protocol === 'paper' ? '' : `,protocol=${setting.protocol}`;
      return `few-shot:m=${setting.shots},augmentation=${setting.augmentation}${code}`;
    }
    case 'noisy': {
      const ratio = setting.ratioOf === 'normal' ? '' : `,of=${setting.ratioOf}`;
      return `noisy:percent=${setting.percent}${ratio}${setting.overlap ? ',overlap' : ''}`;
    }
    case 'continual': {
      const { order } = setting;
      if (order === 'published') return 'continual';
      return `continual:order=${order === 'reversed' ? order : order.map(escaped).join('>')}`;
    }
    case 'autovi':
      return `autovi:images=${setting.images}${setting.augmentation ? ',augmented' : ''}`;
    default:
      return setting satisfies never;
  }
}

/** Categories may be called anything, and two orders must not have one id. */
function escaped(name: string): string {
  return name.replace(/[%>|,]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
}

function unescaped(name: string): string {
  return name.replace(/%(25|3e|7c|2c)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

type Fields = Readonly<Record<string, readonly [field: string, read: (value: string) => unknown]>>;

const same = (value: string) => value;
/** What is no number goes to the check of the configuration as it is, which says what it must be. */
const number = (value: string) => (/^\d+$/.test(value) ? Number(value) : value);
const order = (value: string) => (value.includes('>') ? value.split('>').map(unescaped) : value);
const yes = (value: string) => (value === '' ? true : value);

const FIELDS: Readonly<Record<Setting['kind'], Fields>> = {
  unsupervised: {},
  supervised: { n: ['anomalies', number] },
  'few-shot': { m: ['shots', number], augmentation: ['augmentation', same], protocol: ['protocol', same] },
  noisy: { percent: ['percent', number], of: ['ratioOf', same], overlap: ['overlap', yes] },
  continual: { order: ['order', order] },
  autovi: { images: ['images', number], augmented: ['augmentation', yes] },
};

/**
 * The setting that a word stands for; what it leaves out has its default, so that `supervised` is `supervised:n=10`.
 * @throws IadError `BAD_CONFIG` naming what is wrong and what there is
 */
export function readSetting(word: string): Setting {
  const colon = word.indexOf(':');
  const name = colon < 0 ? word : word.slice(0, colon);
  const kind = SETTING_KINDS.find((each) => each === name);
  if (!kind) {
    const hint = `Known: ${SETTING_KINDS.join(', ')}.`;
    throw new IadError('BAD_CONFIG', `no learning setting "${name}"`, { path: `setting ${word}`, hint });
  }
  const fields = FIELDS[kind];
  const given: Record<string, unknown> = {};
  for (const part of colon < 0 ? [] : word.slice(colon + 1).split(',')) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    const found = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (!found) {
      const known = Object.keys(fields);
      const hint = known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`;
      throw new IadError('BAD_CONFIG', `${kind} has no option "${key}"`, { path: `setting ${word}`, hint });
    }
    const [field, read] = found;
    if (field in given) throw new IadError('BAD_CONFIG', `"${key}" is there twice`, { path: `setting ${word}` });
    given[field] = read(equals < 0 ? '' : part.slice(equals + 1));
  }
  return parseSetting({ kind, ...given });
}
