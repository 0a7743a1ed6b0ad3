// Layout `mvtec`: train/good, test/good, test/<defect>, ground_truth/<defect>/<name>_mask.png; one category is the root.
import { IadError } from '../../runtime/errors.js';
import type { MaskRule, Split } from '../types.js';
import type { Indexed, IndexedSample, Listing } from './layout.js';
import { MASK_FOLDERS, MaskFinder } from './mask-finder.js';
import { Problems } from './problems.js';
import { stemTwins } from './stems.js';

export const GOOD_NAMES: readonly string[] = ['good', 'ok', 'normal', 'Normal'];
const VALIDATION_NAMES: readonly string[] = ['val', 'validation'];

/** What sets one dataset of this layout apart from another. */
export interface MvtecRules {
  readonly maskRule: MaskRule;
  /** Whether masks belong to it: then none at all is an error too. */
  readonly masksDue?: boolean;
  /** Folders of split that must hold images. */
  readonly splitsDue?: readonly Split[];
  /** Defective images among those for training are set aside instead of refused. */
  readonly mixedTraining?: boolean;
  /** The kind of anomaly, by defect folder. */
  readonly groups?: Readonly<Record<string, 'structural' | 'logical'>>;
}

export const PLAIN: MvtecRules = { maskRule: 'nonzero' };

/**
 * Reads the folders. Aliases: `ok`, `normal` for `good`; `validation` for `val`; `masks`, `gt` for `ground_truth`. A mask is
 * found by its image's stem, alone or with the suffix `_mask`, `_label` or `_gt`, or in a folder of that name with one file
 * per defect.
 * @throws IadError `NO_GOOD_IMAGES`; DatasetError `ANOMALY_IN_TRAIN`, `DUPLICATE_STEM`, `MASK_MISSING` (masks exist, but not
 *   for every anomalous image), `MASK_WITHOUT_IMAGE`, `SPLIT_FOLDER_MISSING`, `LAYOUT_UNKNOWN` (two names for good)
 */
export function indexMvtec({ name, root, images }: Listing, rules: MvtecRules = PLAIN): Indexed {
  const problems = new Problems(name, root);
  const masks = new MaskFinder(images);
  const samples: IndexedSample[] = [];
  const aliases = new Set<string>();
  for (const path of images) {
    const [top = '', folder, ...rest] = path.split('/');
    const split = splitOf(top);
    if (rest.length === 0 || folder === undefined || split === undefined) continue;
    const good = GOOD_NAMES.includes(folder);
    if (good) aliases.add(folder);
    const group = good ? undefined : rules.groups?.[folder];
    samples.push({
      path,
      category: name,
      split,
      label: good ? 0 : 1,
      defectType: good ? 'good' : folder,
      masks: good ? [] : masks.find(folder, rest.join('/'), problems),
      ...(group && { anomalyGroup: group }),
    });
  }
  const alreadyThere = (split: Split) => samples.some((sample) => sample.split === split);
  const missing = (rules.splitsDue ?? []).filter((split) => !alreadyThere(split));
  problems.add('SPLIT_FOLDER_MISSING', 'no images for', missing, 'Is the dataset complete?');
  const strangers = samples.filter(({ split, label }) => split !== 'test' && label === 1).map(({ path }) => path);
  if (!rules.mixedTraining) {
    problems.add('ANOMALY_IN_TRAIN', 'not in train/good', strangers, 'Move defective images to test/<defect>.');
  }
  if (aliases.size > 1) {
    problems.add('LAYOUT_UNKNOWN', 'several folders of good images', [...aliases], 'Keep to one name.');
  }
  problems.add('DUPLICATE_STEM', 'same name but for extension or case', stemTwins(samples), 'Rename one of each.');
  const warnings = checkMasks(samples, masks, rules, problems);
  problems.throwIfAny();
  if (!samples.some(({ split, label }) => split === 'train' && label === 0)) {
    const hint = 'Put images of good parts into train/good.';
    throw new IadError('NO_GOOD_IMAGES', 'no image in train/good', { path: root, hint });
  }
  return { samples, maskRule: rules.maskRule, warnings };
}

function splitOf(folder: string): Split | undefined {
  if (folder === 'train' || folder === 'test') return folder;
  return VALIDATION_NAMES.includes(folder) ? 'val' : undefined;
}

function checkMasks(
  samples: readonly IndexedSample[],
  masks: MaskFinder,
  rules: MvtecRules,
  problems: Problems,
): readonly string[] {
  const without = samples.filter(({ label, masks: own }) => label === 1 && own.length === 0).map(({ path }) => path);
  if (masks.any || rules.masksDue) {
    const hint = rules.masksDue
      ? 'Is the dataset complete?'
      : `Add the masks, or remove the mask folder (${MASK_FOLDERS.join(', ')}) altogether.`;
    problems.add('MASK_MISSING', 'images without mask', without, hint);
    problems.add('MASK_WITHOUT_IMAGE', 'masks without image', masks.unused(GOOD_NAMES), 'Is the dataset complete?');
    return [];
  }
  return without.length > 0 ? ['no masks: pixel metrics will be null'] : [];
}
