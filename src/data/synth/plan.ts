// Which pictures make up a synthetic dataset and where they lie: train/good, test/<defect>, ground_truth/<defect>.
import type { Split } from '../types.js';
import { checkInteger, checkKind, SYNTH_DEFECTS, SYNTH_SIZE, type SynthImageOptions, type SynthKind } from './types.js';

export interface SynthOptions {
  readonly kind: SynthKind;
  /** Any integer; default 0. */
  readonly seed?: number;
  /** Side length in pixels, 64..2048; default 256. */
  readonly size?: number;
  /** Good pictures for training, 1..100000; default 30. */
  readonly train?: number;
  /** Good pictures for testing, 0..100000; default 10. */
  readonly testGood?: number;
  /** Pictures of each of the kind's defects, 0..100000; default 5. */
  readonly testPerDefect?: number;
}

/** One picture of the dataset; `synthImage(item)` renders it. */
export interface SynthItem extends SynthImageOptions {
  readonly split: Split;
  /** Relative to the dataset's root, `/` as separator: `<kind>/test/<defect>/000.png`. */
  readonly path: string;
  /** `<kind>/ground_truth/<defect>/000_mask.png`; null for good parts. */
  readonly maskPath: string | null;
}

const MOST = 100_000;

/**
 * Lists the pictures of a dataset in the layout of MVTec AD, training first. No two show the same part; a picture depends on
 * its place in the list of its kind, so the training part does not change with the test counts.
 * @throws IadError BAD_ARGUMENT for an unknown kind or a count or size out of range
 */
export function planSynth(options: SynthOptions): SynthItem[] {
  const { kind, seed = 0, size = 256, train = 30, testGood = 10, testPerDefect = 5 } = options;
  checkKind(kind);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('size', size, SYNTH_SIZE.min, SYNTH_SIZE.max);
  checkInteger('train', train, 1, MOST);
  checkInteger('testGood', testGood, 0, MOST);
  checkInteger('testPerDefect', testPerDefect, 0, MOST);
  const items: SynthItem[] = [];
  const common = { kind, seed, size };
  const good = (split: 'train' | 'test', count: number) => {
    for (let i = 0; i < count; i++) {
      const path = `${kind}/${split}/good/${number(i)}.png`;
      items.push({ ...common, index: items.length, defect: null, split, path, maskPath: null });
    }
  };
  good('train', train);
  good('test', testGood);
  for (const defect of SYNTH_DEFECTS[kind]) {
    for (let i = 0; i < testPerDefect; i++) {
      const path = `${kind}/test/${defect}/${number(i)}.png`;
      const maskPath = `${kind}/ground_truth/${defect}/${number(i)}_mask.png`;
      items.push({ ...common, index: items.length, defect, split: 'test', path, maskPath });
    }
  }
  return items;
}

function number(index: number): string {
  return String(index).padStart(3, '0');
}
