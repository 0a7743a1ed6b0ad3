// What the plots of a report show: quality against cost, against training images and noise, and by type of defect.
import { meanOverRepeats } from '../../metrics/index.js';
import {
  type Contender,
  type DoneRecord,
  grouped,
  isDone,
  learnedText,
  outcomeOf,
  type StudiedDataset,
  type Study,
} from './gather.js';
import { isContinual } from './matrices.js';
import type { BenchmarkReport, ReportFigure, ReportTable } from './schema.js';
import { wholeRow } from './tables.js';

type Efficiency = BenchmarkReport['efficiency'][number];
type Curve = BenchmarkReport['curves'][number];
type Defect = BenchmarkReport['defects'][number];

const METRIC = 'image_auroc';

/** What each method costs under each setting, beside what it gives for the dataset as a whole. */
export function efficiencyOf(
  dataset: StudiedDataset,
  methods: readonly Contender[],
  tables: readonly ReportTable[],
): Efficiency[] {
  return dataset.studies.flatMap((study) => {
    const figures = wholeFigures(study, tables);
    return methods.flatMap((method): Efficiency[] => {
      const auroc = figures.get(method.label)?.mean ?? null;
      const records = study.jobs.flatMap(({ method: own, record }) =>
        own === method && isDone(record) ? [record] : [],
      );
      if (records.length === 0) return [];
      return [
        {
          dataset: dataset.name,
          setting: study.settingId,
          method: method.label,
          auroc,
          training: training(records),
          latency: meanLatency(records),
          peakMemory: peakMemory(records),
          imagesPerSecond: throughput(records),
          learned: learnedText(records[0]!),
          parallel: Math.max(...records.map(({ parallel }) => parallel)),
        },
      ];
    });
  });
}

/** Reading and decoding left out, which are the same for all methods; null where the work of the backbone was not done. */
function meanLatency(records: readonly DoneRecord[]): number | null {
  if (records.some(({ description }) => description.cacheFeatures)) return null;
  const latencies = records.flatMap(({ outcomes }) =>
    outcomes.map(({ evaluation: { timings } }) => {
      return timings.latency?.mean ?? timings.perImage.features + timings.perImage.scoring;
    }),
  );
  return mean(latencies);
}

/** Of one category; the tests after it tell the same time. */
function training(records: readonly DoneRecord[]): number {
  return mean(
    records.flatMap(({ outcomes }) =>
      grouped(outcomes, ({ after }) => after).map(([{ evaluation }]) =>
        Object.values(evaluation.timings.fit).reduce((a, b) => a + b, 0),
      ),
    ),
  );
}

function throughput(records: readonly DoneRecord[]): number | null {
  const rates = records.flatMap(({ outcomes }) => outcomes.map(({ evaluation }) => evaluation.timings.imagesPerSecond));
  const known = rates.filter((rate) => rate !== null);
  return known.length < rates.length ? null : mean(known);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Of a process that did several jobs the peak belongs to none of them. */
function peakMemory(records: readonly DoneRecord[]): number | null {
  const peaks = records.map(({ ownProcess, peakMemory: peak }) => (ownProcess ? peak : null));
  const known = peaks.filter((peak) => peak !== null);
  return known.length < peaks.length ? null : Math.max(...known);
}

/** Of the table of a study, by method. */
function wholeFigures({ settingId }: Study, tables: readonly ReportTable[]): Map<string, ReportFigure> {
  const table = tables.find(({ setting, metric }) => setting === settingId && metric === METRIC);
  if (!table) return new Map();
  const { cells } = wholeRow(table);
  return new Map(table.columns.map((label, i) => [label, cells[i]!]));
}

/** Curves of at least two points. The noise curves begin with the unsupervised setting, which is without noise. */
export function curvesOf(
  dataset: StudiedDataset,
  methods: readonly Contender[],
  tables: readonly ReportTable[],
): Curve[] {
  const curves = new Map<string, { kind: Curve['kind']; panel: string; at: [x: number, study: Study][] }>();
  const add = (kind: Curve['kind'], panel: string, x: number, study: Study) => {
    const key = `${kind} ${panel}`;
    const curve = curves.get(key) ?? { kind, panel, at: [] };
    curve.at.push([x, study]);
    curves.set(key, curve);
  };
  for (const study of dataset.studies) {
    const { setting } = study;
    if (setting.kind === 'few-shot') {
      const { shots, augmentation, protocol } = setting;
      const panel = augmentation === 'none' ? 'no augmentation' : augmentation;
      add('shots', protocol === 'paper' ? panel : `${panel}, as the code of IM-IAD`, shots, study);
    }
    if (setting.kind === 'noisy') {
      const of = setting.ratioOf === 'normal' ? 'of the normal images' : 'of all training images';
      add('noise', setting.overlap ? `${of}, tested too` : of, setting.percent, study);
    }
  }
  const clean = dataset.studies.find(({ setting }) => setting.kind === 'unsupervised');
  return [...curves.values()].flatMap(({ kind, panel, at }) => {
    const whole = kind === 'noise' && clean ? [[0, clean] as const, ...at] : at;
    const sorted = whole.map(([x, study]) => ({ x, figures: wholeFigures(study, tables) })).sort((a, b) => a.x - b.x);
    return methods.flatMap(({ label }): Curve[] => {
      const points = sorted.flatMap(({ x, figures }) => {
        const { mean = null, sd = null, repeats = 0 } = figures.get(label) ?? {};
        return mean === null ? [] : [{ x, mean, sd, repeats }];
      });
      return points.length < 2 ? [] : [{ dataset: dataset.name, kind, panel, method: label, points }];
    });
  });
}

/** Under the first setting of a dataset that trains one model per category. */
export function defectsOf(dataset: StudiedDataset, methods: readonly Contender[]): Defect[] {
  const study = dataset.studies.find((each) => !isContinual(each));
  if (!study) return [];
  return dataset.categories.flatMap((category) =>
    methods.flatMap((method) => {
      const evaluations = study.jobs.flatMap(({ method: own, record }) => {
        const outcome = own === method && isDone(record) ? outcomeOf(record, category) : undefined;
        return outcome ? [outcome.evaluation] : [];
      });
      const types = [...new Set(evaluations.flatMap(({ perDefect }) => Object.keys(perDefect)))].sort();
      return types.map((defect): Defect => {
        // A folder may be called __proto__.
        const found = evaluations.flatMap(({ perDefect }) =>
          Object.hasOwn(perDefect, defect) ? [perDefect[defect]!] : [],
        );
        return {
          dataset: dataset.name,
          setting: study.settingId,
          category,
          method: method.label,
          defect,
          images: Math.max(...found.map(({ count }) => count)),
          imageAuroc: figure(found.map(({ image }) => image.auroc)),
          aupro: figure(found.map(({ pixel }) => pixel?.aupro ?? null)),
        };
      });
    }),
  );
}

function figure(values: readonly (number | null)[]): ReportFigure {
  const { mean, sd, count } = meanOverRepeats([...values]);
  return { mean, sd, repeats: count };
}
