// Published numbers in a report: beside which means they stand, and beside which not.
import { describe, expect, test } from 'vitest';
import type { BenchmarkReport } from '../../src/benchmark/report/index.js';
import type { SettingOptions } from '../../src/benchmark/settings/index.js';
import { publishedNames } from '../../src/data/layouts/published.js';
import { csvText } from '../../src/report/benchmark/csv.js';
import { evaluationOf, type MadeUpJob } from './made-up.js';
import { cellOf, reportOf, table } from './made-up-report.js';

describe('published numbers', () => {
  const mpdd = { id: 'mpdd', name: 'mpdd', layout: 'mpdd' };
  const ALL = ['bracket_black', 'bracket_brown', 'bracket_white', 'connector', 'metal_plate', 'tubes'];
  const whole = (categories: readonly string[]) =>
    categories.map((category) => ({ dataset: mpdd, categories: [category], gives: 0.9 }));

  test('stand beside the mean of a whole dataset, with the difference and where they are from', async () => {
    const report = await reportOf(whole(ALL));
    const { published } = cellOf(table(report, 'categories'), 'mean', 'PatchCore');
    expect(published[0]).toMatchObject({ value: 0.948, std: null });
    expect(published[0]?.difference).toBeCloseTo(0.9 - 0.948, 12);
    const reference = report.datasets[0]!.references[published[0]!.reference];
    expect(reference).toEqual({
      source: 'im-iad',
      table: 'VI',
      setting: 'unsupervised',
      ours: 'unsupervised',
      runs: [
        {
          method: 'PatchCore',
          metrics: ['image_auroc', 'image_ap'],
          differences: expect.arrayContaining(['image size 256, here 224', 'geometry stretch, here crop']),
        },
        { method: 'PatchCore', metrics: ['pixel_auroc', 'pixel_ap'], differences: expect.anything() },
        { method: 'PatchCore', metrics: ['pixel_aupro_0.3'], differences: expect.anything() },
      ],
    });
    expect(report.sources.map(({ id }) => id)).toEqual(['im-iad']);
  });

  test('never beside a mean over some of the categories, which is not called by the name of the dataset either', async () => {
    const found = table(await reportOf(whole(ALL.slice(0, 2))), 'categories');
    expect(found.rows.map(({ name }) => name)).toEqual(['bracket_black', 'bracket_brown', 'mean of these 2, not of 6']);
    expect(found.rows[2]?.cells[0]?.published).toEqual([]);
    expect(found.title).toContain('2 of 6 categories: bracket_black, bracket_brown');
  });

  test('nor beside a folder of somebody else with the same name', async () => {
    for (const layout of ['mvtec', 'mvtec_ad']) {
      const named = await reportOf([{ dataset: { ...mpdd, layout }, categories: ['tubes'], gives: 0.9 }]);
      expect(named.datasets[0]).toMatchObject({ id: null, allCategories: null, references: [] });
    }
    const report = await reportOf([{ dataset: mpdd, categories: ['mine'], gives: 0.9 }]);
    expect(report.datasets[0]).toMatchObject({ id: null, allCategories: null, references: [] });
  });

  test('of one category, and of a dataset that has only one', async () => {
    const autovi = await reportOf([
      { dataset: { id: 'autovi', name: 'autovi', layout: 'autovi' }, categories: ['pipe_clip'], gives: 0.7 },
    ]);
    const cell = cellOf(table(autovi, 'categories'), 'pipe_clip', 'PatchCore');
    expect(cell.published).toMatchObject([{ value: 0.733, std: 0.009 }]);
    expect(autovi.datasets[0]?.references[0]?.runs[0]?.differences).toContain('eight runs, here 1');
    expect(autovi.metrics.map(({ id }) => id)).toContain('image_tpr_at_tnr_0.95');
    const mtd = await reportOf([
      { dataset: { id: 'mtd', name: 'mtd', layout: 'mtd' }, categories: ['mtd'], gives: 0.97 },
    ]);
    expect(cellOf(table(mtd, 'categories'), 'mtd', 'PatchCore').published[0]).toMatchObject({ value: 0.975 });
  });

  test('by the kind of anomaly, which MVTec LOCO AD tells', async () => {
    const names = ['breakfast_box', 'juice_bottle', 'pushpins', 'screw_bag', 'splicing_connectors'];
    const bounded = (auspro: number) => ({ auspro, errorBound: 0 });
    const saturated = {
      overlap: [
        { limit: 0.05, ...bounded(0.9), byGroup: { structural: bounded(0.7), logical: bounded(0.5), mean: 0.6 } },
      ],
      imageAuroc: { structural: 0.8, logical: 0.7, mean: 0.75 },
    };
    const report = await reportOf(
      names.map((name) => ({
        dataset: { id: 'mvtec_loco', name: 'loco', layout: 'mvtec_loco' },
        categories: [name],
        gives: [{ after: name, on: name, evaluation: evaluationOf(0.76, { saturated }) }],
      })),
    );
    const meanOf = (metric: string) => {
      const { mean, published } = cellOf(table(report, 'categories', metric), 'mean', 'PatchCore');
      return [mean?.toFixed(3), ...published.map(({ value }) => value)];
    };
    expect(meanOf('image_auroc_logical')).toEqual(['0.700', 0.69]);
    expect(meanOf('image_auroc_structural')).toEqual(['0.800', 0.82]);
    expect(meanOf('pixel_auspro_0.05')).toEqual(['0.600', 0.343]);
    expect(meanOf('pixel_auspro_0.05_logical')).toEqual(['0.500', 0.34]);
  });

  test('with the note that belongs to the number', async () => {
    const mtd = await reportOf([
      { method: 'padim', dataset: { id: 'mtd', name: 'mtd', layout: 'mtd' }, categories: ['mtd'], gives: 0.8 },
    ]);
    const { published } = cellOf(table(mtd, 'categories', 'pixel_ap'), 'mtd', 'PaDiM');
    expect(published[0]?.note).toContain('suspect');
  });
});

describe('the mean of four settings', () => {
  const ALL = publishedNames('mpdd');
  const mpdd = { id: 'mpdd', name: 'mpdd', layout: 'mpdd' };
  const of = (setting: SettingOptions, gives: number, repeat = 0): MadeUpJob[] =>
    ALL.map((category) => ({ dataset: mpdd, setting, categories: [category], repeat, gives }));
  const three = [
    ...of({ kind: 'unsupervised' }, 0.9),
    ...of({ kind: 'noisy', percent: 15 }, 0.8),
    {
      dataset: mpdd,
      setting: { kind: 'continual' as const },
      categories: ALL,
      gives: ALL.flatMap((after, i) => ALL.slice(0, i + 1).map((on) => ({ after, on, evaluation: evaluationOf(0.7) }))),
    },
  ];
  const few = [
    ...of({ kind: 'few-shot', shots: 8 }, 0.5),
    ...of({ kind: 'few-shot', shots: 8 }, 0.7, 1),
    ...of({ kind: 'few-shot', shots: 8, augmentation: 'rotation' }, 0.4),
  ];
  const rowsOf = (report: BenchmarkReport, metric?: string) =>
    table(report, 'settings', metric).rows.filter(({ kind }) => kind === 'mean-of-four');

  test('stands below the settings, one for each few-shot setting of 8 images, with what is published', async () => {
    const report = await reportOf([...three, ...few]);
    const rows = rowsOf(report);
    expect(rows.map(({ name, repeats: n }) => [name, n])).toEqual([
      ['mean of four: unsupervised, noisy 15 %, few-shot, m = 8, no augmentation, continual', 1],
      ['mean of four: unsupervised, noisy 15 %, few-shot, m = 8, rotation, K = 4, continual', 1],
    ]);
    const [cell] = rows[0]!.cells;
    expect(cell?.mean).toBeCloseTo((0.9 + 0.8 + 0.6 + 0.7) / 4, 12);
    expect(cell).toMatchObject({ sd: null, repeats: 1, best: true });
    expect(rows[1]?.cells[0]?.mean).toBeCloseTo(0.7, 12);
    expect(cell?.published).toHaveLength(1);
    expect(cell?.published[0]).toMatchObject({ value: 0.803 });
    expect(cell?.published[0]?.difference).toBeCloseTo(0.75 - 0.803, 12);
    const reference = report.datasets[0]!.references[cell!.published[0]!.reference];
    expect(reference).toMatchObject({ source: 'im-iad', table: 'XIII', setting: 'mean-of-four', ours: 'mean-of-four' });
    expect(reference?.runs[0]?.differences).toContain('the augmentation of its few-shot setting is not stated');
    expect(rowsOf(report, 'pixel_ap')[0]?.cells[0]?.published[0]?.value).toBe(0.321);
    expect(rowsOf(report, 'pixel_auroc')).toEqual([]);
    const lines = csvText(report).split('\r\n');
    expect(lines.filter((line) => line.startsWith('mpdd,mean-of-four,image_auroc,settings,'))).toHaveLength(2);
  });

  test('needs all four, of every method', async () => {
    expect(rowsOf(await reportOf(three))).toEqual([]);
    expect(rowsOf(await reportOf([...three.slice(ALL.length), ...few]))).toEqual([]);
    const { cells } = rowsOf(
      await reportOf([
        ...three,
        ...few,
        ...of({ kind: 'unsupervised' }, 1).map((job) => ({ ...job, method: 'padim' })),
      ]),
    )[0]!;
    expect(cells[1]).toMatchObject({ mean: null, repeats: 0, published: [{ value: 0.588, difference: null }] });
  });
});
