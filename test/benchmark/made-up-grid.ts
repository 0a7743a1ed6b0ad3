// A made-up benchmark that looks like a real one: every setting, seeded scores, better and worse methods, hard and easy categories.
import type { SettingOptions } from '../../src/benchmark/settings/index.js';
import type { Evaluation, ImageResult } from '../../src/benchmark/types.js';
import { imageMetrics } from '../../src/metrics/index.js';
import { Random, seedFor } from '../../src/runtime/random.js';
import { sampleEvaluation } from '../report/sample.js';
import type { MadeUpJob } from './made-up.js';

export interface MadeUpGrid {
  readonly methods: readonly string[];
  readonly dataset: NonNullable<MadeUpJob['dataset']>;
  readonly categories: readonly string[];
  readonly settings: readonly SettingOptions[];
  readonly repeats: number;
  /** Of each kind in a test. */
  readonly images: number;
}

const SKILL: Readonly<Record<string, number>> = {
  patchcore: 3,
  cflow: 2.6,
  fastflow: 2.5,
  stpm: 2.2,
  csflow: 2.1,
  padim: 2,
  spade: 1.6,
  differnet: 1.2,
};

const DEFECTS = ['scratch', 'dent', 'stain'];

/** What a learning setting leaves of a method's skill. */
function share(setting: SettingOptions): number {
  switch (setting.kind) {
    case 'few-shot':
      return 0.35 + 0.06 * setting.shots + (setting.augmentation === 'rotation' ? 0.1 : 0);
    case 'noisy':
      return 1 - setting.percent / 60;
    default:
      return 1;
  }
}

export function madeUpJobs({ methods, dataset, categories, settings, repeats, images }: MadeUpGrid): MadeUpJob[] {
  return settings.flatMap((setting) =>
    methods.flatMap((method) => {
      const skill = SKILL[method] ?? 1.5;
      const cost = { peakMemory: (0.4 + skill ** 2 / 4) * 2 ** 30 };
      const perRepeat = Array.from({ length: setting.kind === 'unsupervised' ? 1 : repeats }, (_, repeat) => repeat);
      const common = { method, dataset, setting, ...cost };
      const test = (category: string, repeat: number, kept: number) => {
        const hard = 1 - 0.12 * (categories.indexOf(category) % 4);
        const random = new Random(seedFor(JSON.stringify([method, setting, category, repeat, kept]), 66));
        return evaluation(random, category, skill * share(setting) * hard * kept, skill, images);
      };
      if (setting.kind === 'continual') {
        return [0].map((repeat): MadeUpJob => {
          const gives = categories.flatMap((after, i) =>
            categories.slice(0, i + 1).map((on, j) => {
              const kept = method === 'patchcore' ? 1 - 0.01 * (i - j) : 0.5 ** (i - j);
              return { after, on, evaluation: test(on, repeat, kept) };
            }),
          );
          return { ...common, categories, repeat, gives };
        });
      }
      return categories.flatMap((category) =>
        perRepeat.map((repeat): MadeUpJob => {
          const gives = [{ after: category, on: category, evaluation: test(category, repeat, 1) }];
          return { ...common, categories: [category], repeat, gives };
        }),
      );
    }),
  );
}

function evaluation(
  random: Random,
  category: string,
  distance: number,
  cost: number,
  count: number,
): Partial<Evaluation> {
  const one = (id: string, defectType: string, label: 0 | 1, mean: number): ImageResult => {
    return { id, defectType, label, score: mean + random.normal(), pValue: null, isAnomalous: null };
  };
  const good = Array.from({ length: count }, (_, i) => one(`${category}/test/good/${i}.png`, 'good', 0, 0));
  const anomalous = DEFECTS.flatMap((defect, k) =>
    Array.from({ length: Math.ceil(count / 3) }, (_, i) =>
      one(`${category}/test/${defect}/${i}.png`, defect, 1, distance * (1 + 0.2 * k)),
    ),
  );
  const metrics = (images: readonly ImageResult[]) => {
    return imageMetrics(
      images.map(({ score }) => score),
      images.map(({ label }) => label),
    );
  };
  const image = metrics([...good, ...anomalous]);
  const auroc = image.auroc ?? 0;
  const pixel = { auroc: 0.8 + auroc / 6, ap: auroc / 2, f1Max: auroc / 2, f1MaxThreshold: 1, aupro: auroc * 0.9 };
  return {
    image: pick(image),
    pixel,
    perDefect: Object.fromEntries(
      DEFECTS.map((defect) => {
        const own = anomalous.filter(({ defectType }) => defectType === defect);
        return [defect, { count: own.length, image: pick(metrics([...good, ...own])), pixel }];
      }),
    ),
    timings: {
      ...sampleEvaluation().timings,
      latency: null,
      perImage: { decode: 5, features: 20 * cost, scoring: cost ** 3 },
    },
    learned: [{ name: 'memory bank', shape: [Math.round(1000 * cost), 1024] }],
    images: [...good, ...anomalous],
  };
}

function pick({ auroc, ap, f1Max, f1MaxThreshold }: ReturnType<typeof imageMetrics>): Evaluation['image'] {
  return { auroc, ap, f1Max, f1MaxThreshold };
}
