// The learning settings as data: what each of them can be told, its stable name, how often it is repeated.
import * as z from 'zod';
import { parseConfig } from '../../methods/parts/parse-config.js';
import type { LearningSetting } from '../../methods/types.js';

/** The columns of IM-IAD's Table IX. */
export const FEW_SHOT_AUGMENTATIONS = [
  'none',
  'rotation',
  'flip',
  'scale',
  'translate',
  'colorJitter',
  'perspective',
] as const;

/** The numbers of training images of AutoVI's Figure 5. */
export const AUTOVI_TRAINING_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 'all'] as const;

const KINDS = ['unsupervised', 'supervised', 'few-shot', 'noisy', 'continual', 'autovi'] as const;

const unsupervised = z.strictObject({ kind: z.literal('unsupervised') });

const supervised = z.strictObject({
  kind: z.literal('supervised'),
  /** Anomalous test images per category that are trained on, with masks, and no longer tested. */
  anomalies: z.int('must be a whole number from 1').min(1, 'must be a whole number from 1').default(10),
});

const fewShot = z.strictObject({
  kind: z.literal('few-shot'),
  /** Normal training images per category. */
  shots: z.literal([1, 2, 4, 8], { error: 'must be 1, 2, 4 or 8' }),
  /** With one, every image is trained on five times: itself and four changed copies. */
  augmentation: z
    .enum(FEW_SHOT_AUGMENTATIONS, { error: `must be one of ${FEW_SHOT_AUGMENTATIONS.join(', ')}` })
    .default('none'),
  /** `im-iad-code`: the benchmark's code never resets its list of transforms, so copies carry those of all before them. */
  protocol: z.enum(['paper', 'im-iad-code'], { error: 'must be paper or im-iad-code' }).default('paper'),
});

const noisy = z.strictObject({
  kind: z.literal('noisy'),
  /** Anomalous test images put among the training images as normal ones, per cent of what `ratioOf` says. */
  percent: z.literal([5, 10, 15, 20], { error: 'must be 5, 10, 15 or 20' }),
  /** `normal`: of the clean images, as the benchmark's code and SoftPatch have it. `total`: of all training images. */
  ratioOf: z.enum(['normal', 'total'], { error: 'must be normal or total' }).default('normal'),
  /** Test on the noisy images too: SoftPatch's second protocol. Never to be compared with results without. */
  overlap: z.boolean('must be true or false').default(false),
});

const continual = z.strictObject({
  kind: z.literal('continual'),
  /** The order of the published code (of other datasets, by name), its reverse, or the categories one after another. */
  order: z
    .union([z.enum(['published', 'reversed']), z.array(z.string()).min(2)], {
      error: 'must be published, reversed, or a list of at least two categories',
    })
    .default('published'),
});

const autovi = z.strictObject({
  kind: z.literal('autovi'),
  /** Training images per category, drawn: see `AUTOVI_TRAINING_SIZES`. */
  images: z
    .union([z.literal('all'), z.int().min(1)], { error: 'must be all, or a whole number from 1' })
    .default('all'),
  /** The random rotations and noise of Table 11. */
  augmentation: z.boolean('must be true or false').default(false),
});

const schema = z.discriminatedUnion('kind', [unsupervised, supervised, fewShot, noisy, continual, autovi], {
  error: `must have a kind: ${KINDS.join(', ')}`,
});

/** A setting, defaults filled in. */
export type Setting = z.output<typeof schema>;
export type SettingOptions = z.input<typeof schema>;
export type SettingOf<Kind extends Setting['kind']> = Extract<Setting, { kind: Kind }>;

/** Fills in the defaults. @throws IadError `BAD_CONFIG` naming the field at fault and what it must be */
export function parseSetting(options: unknown): Setting {
  return parseConfig<Setting>('setting', schema, options);
}

/** The setting in one word that never changes, such as `few-shot:m=4,augmentation=rotation`; what is published goes by it too. */
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
      return `continual:order=${order === 'reversed' ? order : order.join('>')}`;
    }
    case 'autovi':
      return `autovi:images=${setting.images}${setting.augmentation ? ',augmented' : ''}`;
    default:
      return setting satisfies never;
  }
}

/** Repeats whose mean and spread are reported: 8 for AutoVI, 3 where images are drawn, else 1. Never the best of them. */
export function repeatsOf({ kind }: Setting): number {
  switch (kind) {
    case 'autovi':
      return 8;
    case 'supervised':
    case 'few-shot':
    case 'noisy':
      return 3;
    case 'unsupervised':
    case 'continual':
      return 1;
    default:
      return kind satisfies never;
  }
}

/** What a method must claim in `info.settings` to be run in a setting: AutoVI's protocol asks for no more than good images. */
export function claimOf({ kind }: Setting): LearningSetting {
  return kind === 'autovi' ? 'unsupervised' : kind;
}
