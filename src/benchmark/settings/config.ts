// The learning settings as data: what each of them can be told, how often it is repeated, what it asks of a method.
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

export const SETTING_KINDS = ['unsupervised', 'supervised', 'few-shot', 'noisy', 'continual', 'autovi'] as const;

const ORDER = 'must be published, reversed, or a list of at least two categories';
const IMAGES = 'must be all, or a whole number from 1';

const unsupervised = z
  .strictObject({ kind: z.literal('unsupervised') })
  .describe('Trained on all normal training images, tested with all test images');

const supervised = z
  .strictObject({
    kind: z.literal('supervised'),
    anomalies: z
      .int('must be a whole number from 1')
      .min(1, 'must be a whole number from 1')
      .default(10)
      .describe('Anomalous images per category that are trained on, with masks, and not tested'),
  })
  .describe('All normal training images and some anomalous ones');

const fewShot = z
  .strictObject({
    kind: z.literal('few-shot'),
    shots: z.literal([1, 2, 4, 8], { error: 'must be 1, 2, 4 or 8' }).describe('Normal training images per category'),
    augmentation: z
      .enum(FEW_SHOT_AUGMENTATIONS, { error: `must be one of ${FEW_SHOT_AUGMENTATIONS.join(', ')}` })
      .default('none')
      .describe('With one, every image is trained on five times: itself and four changed copies'),
    protocol: z
      .enum(['paper', 'im-iad-code'], { error: 'must be paper or im-iad-code' })
      .default('paper')
      .describe('im-iad-code: its list of changes is never reset, so copies have those of all before them too'),
  })
  .describe('A few normal training images');

const noisy = z
  .strictObject({
    kind: z.literal('noisy'),
    percent: z
      .literal([5, 10, 15, 20], { error: 'must be 5, 10, 15 or 20' })
      .describe('Anomalous test images put among the training images as normal ones, per cent of what ratioOf says'),
    ratioOf: z
      .enum(['normal', 'total'], { error: 'must be normal or total' })
      .default('normal')
      .describe(
        'normal: of the clean images, as the code of IM-IAD and SoftPatch have it; total: of all training images',
      ),
    overlap: z
      .boolean('must be true or false')
      .default(false)
      .describe("Test the noisy images too: SoftPatch's second protocol, never to be compared with results without"),
  })
  .describe('All normal training images, with anomalous ones among them');

const continual = z
  .strictObject({
    kind: z.literal('continual'),
    order: z
      .union([z.enum(['published', 'reversed']), z.array(z.string().min(1, ORDER)).min(2, ORDER)], {
        error: ORDER,
      })
      .default('published')
      .describe(
        "Of the categories: that of IM-IAD's code (of datasets it does not know, by name), its reverse, or a list",
      ),
  })
  .describe('One model learns category after category and is tested with all it has learned');

const autovi = z
  .strictObject({
    kind: z.literal('autovi'),
    images: z
      .union([z.literal('all'), z.int(IMAGES).min(1, IMAGES)], { error: IMAGES })
      .default('all')
      .describe('Training images per category, drawn; in the publication 1, 2, 4, ... 128 and all'),
    augmentation: z
      .boolean('must be true or false')
      .default(false)
      .describe('The random rotations and noise of its Table 11, in every epoch anew'),
  })
  .describe('As AutoVI: eight runs, on all normal training images or some of them');

/** What a setting may be told; its JSON Schema helps editors. */
export const settingSchema = z.discriminatedUnion(
  'kind',
  [unsupervised, supervised, fewShot, noisy, continual, autovi],
  { error: `must have a kind: ${SETTING_KINDS.join(', ')}` },
);

/** A setting, defaults filled in. */
export type Setting = z.output<typeof settingSchema>;
export type SettingOptions = z.input<typeof settingSchema>;
export type SettingOf<Kind extends Setting['kind']> = Extract<Setting, { kind: Kind }>;

/** Fills in the defaults. @throws IadError `BAD_CONFIG` naming the field at fault and what it must be */
export function parseSetting(options: unknown): Setting {
  return parseConfig<Setting>('setting', settingSchema, options);
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
