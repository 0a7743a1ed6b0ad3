// What a report says, as data: means, marks, published numbers, and all that is not there.
import { describe, expect, test } from 'vitest';
import {
  type BenchmarkReport,
  benchmarkReport,
  type ReportCell,
  type ReportTable,
} from '../../src/benchmark/report/index.js';
import { benchmarkReportSchema } from '../../src/benchmark/report/schema.js';
import type { SettingOptions } from '../../src/benchmark/settings/index.js';
import { publishedNames } from '../../src/data/layouts/published.js';
import { csvText } from '../../src/report/benchmark/csv.js';
import { renderBenchmarkReport } from '../../src/report/benchmark/html.js';
import { markdownReport } from '../../src/report/benchmark/markdown.js';
import { result, sampleEvaluation } from '../report/sample.js';
import { evaluationOf, type MadeUpJob, madeUpResults } from './made-up.js';

async function reportOf(...args: Parameters<typeof madeUpResults>): Promise<BenchmarkReport> {
  return benchmarkReport(await madeUpResults(...args));
}

function table(
  report: BenchmarkReport,
  kind: ReportTable['kind'],
  metric = 'image_auroc',
  setting?: string,
): ReportTable {
  const found = report.tables.filter((each) => {
    return each.kind === kind && each.metric === metric && (setting === undefined || each.setting === setting);
  });
  expect(found).toHaveLength(1);
  return found[0]!;
}

function cellOf({ rows, columns }: ReportTable, row: string, column: string): ReportCell {
  const found = rows.find(({ name }) => name === row)?.cells[columns.indexOf(column)];
  expect(found).toBeDefined();
  return found!;
}

const repeats = (job: Omit<MadeUpJob, 'gives'>, values: readonly number[]): MadeUpJob[] =>
  values.map((gives, repeat) => ({ ...job, repeat, gives }));

describe('means and marks', () => {
  const jobs = [
    ...repeats({ method: 'patchcore', categories: ['bolt'] }, [0.95, 0.97, 0.96]),
    ...repeats({ method: 'patchcore', categories: ['nut'] }, [0.9, 0.94, 0.92]),
    ...repeats({ method: 'padim', categories: ['bolt'] }, [0.94, 0.98, 0.95]),
    ...repeats({ method: 'padim', categories: ['nut'] }, [0.7, 0.71, 0.72]),
  ];

  test('of repeats: mean, sample standard deviation, Welch against the best', async () => {
    const cells = table(await reportOf(jobs), 'categories');
    expect(cells.columns).toEqual(['PatchCore', 'PaDiM']);
    const best = cellOf(cells, 'bolt', 'PatchCore');
    expect(best.mean).toBeCloseTo(0.96, 12);
    expect(best.sd).toBeCloseTo(0.01, 12);
    expect(best).toMatchObject({ repeats: 3, best: true, marked: true, p: 1, failed: 0, missing: 0, undefinedIn: 0 });
    // SciPy: ttest_ind([.95, .97, .96], [.94, .98, .95], equal_var=False).pvalue
    expect(cellOf(cells, 'bolt', 'PaDiM').p).toBeCloseTo(0.81937164715837, 10);
    expect(cellOf(cells, 'bolt', 'PaDiM')).toMatchObject({ best: false, marked: true });
    expect(cellOf(cells, 'nut', 'PaDiM')).toMatchObject({ best: false, marked: false });
  });

  test('over categories: repeat by repeat, with the spread beside it', async () => {
    const mean = cellOf(table(await reportOf(jobs), 'categories'), 'mean of 2', 'PatchCore');
    // 0.925, 0.955, 0.94
    expect(mean.mean).toBeCloseTo(0.94, 12);
    expect(mean.sd).toBeCloseTo(0.015, 12);
    expect(mean.spread).toBeCloseTo(0.02, 12);
    expect(mean.categories).toEqual({ used: 2, of: 2 });
  });

  test('the title says what the numbers are of', async () => {
    expect(table(await reportOf(jobs), 'categories').title).toBe(
      'parts; image AUROC; unsupervised; 3 repeats, base seed 66; 2 categories: bolt, nut',
    );
  });

  test('the order of the records within a cell does not matter, nor does the report depend on when it is made', async () => {
    const [one, other] = await Promise.all([reportOf(jobs), reportOf(jobs)]);
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect(benchmarkReportSchema.parse(one)).toEqual(one);
  });
});

describe('what is not there', () => {
  const jobs: MadeUpJob[] = [
    { categories: ['bolt'], gives: 0.9 },
    { categories: ['bolt'], repeat: 1, gives: { code: 'MEMORY_BUDGET', message: '[MEMORY_BUDGET] too much.' } },
    { categories: ['nut'], gives: null },
    { categories: ['nut'], repeat: 1, gives: 0.8 },
    { method: 'padim', categories: ['bolt'], gives: 0.7 },
  ];

  test('a failed job is listed with its error, and its cell says so', async () => {
    const report = await reportOf(jobs);
    expect(report.failures).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        title: 'patchcore (resnet50), parts/bolt, unsupervised, seed 1',
        code: 'MEMORY_BUDGET',
        message: '[MEMORY_BUDGET] too much.',
      },
    ]);
    expect(cellOf(table(report, 'categories'), 'bolt', 'PatchCore')).toMatchObject({
      mean: 0.9,
      repeats: 1,
      failed: 1,
    });
    expect(report.jobs).toEqual({ all: 5, done: 4, failed: 1 });
  });

  test('an undefined repeat makes the mean undefined, and is counted', async () => {
    const found = table(await reportOf(jobs), 'categories');
    const nut = cellOf(found, 'nut', 'PatchCore');
    expect(nut).toMatchObject({ mean: null, sd: null, repeats: 1, undefinedIn: 1, marked: false });
    expect(found.undefinedCells).toBe(1);
    expect(found.notes.join(' ')).toContain('PatchCore: of 2 rows 1 undefined, 1 with failed jobs.');
  });

  test('no mean over categories without all of them', async () => {
    const found = table(await reportOf(jobs), 'categories');
    expect(cellOf(found, 'mean of 2', 'PaDiM')).toMatchObject({ mean: null, categories: { used: 1, of: 2 } });
    expect(cellOf(found, 'nut', 'PaDiM')).toMatchObject({ mean: null, repeats: 0, missing: 2 });
    expect(cellOf(found, 'mean of 2', 'PatchCore').mean).toBeNull();
  });

  test('jobs without a record and what was never to be', async () => {
    const skipped = [{ what: 'spade, continual', code: 'SETTING_NOT_SERVED', reason: 'It does not.' }];
    const report = await reportOf(jobs, ['a job that waits'], skipped);
    expect(report.missing.map(({ title }) => title)).toEqual(['a job that waits']);
    expect(report.skipped).toEqual(skipped);
    expect(report.jobs.all).toBe(6);
  });

  test('a method that does not serve a setting lacks nothing in it', async () => {
    const few = { kind: 'few-shot', shots: 4 } as const;
    const unserved = { method: 'padim', setting: 'few-shot:m=4,augmentation=none' };
    const skipped = [{ what: 'padim, few-shot', code: 'SETTING_NOT_SERVED', reason: 'It does not.', unserved }];
    const shots = ['patchcore', 'stpm'].map((method): MadeUpJob => ({ method, setting: few, gives: 0.6 }));
    const report = await reportOf(
      [...jobs, { method: 'stpm', gives: 0.5 }, ...shots, { method: 'spade', gives: 0.5 }],
      [],
      skipped,
    );
    const found = table(report, 'categories', 'image_auroc', unserved.setting);
    expect(cellOf(found, 'bolt', 'PaDiM')).toMatchObject({ mean: null, served: false, missing: 0, failed: 0 });
    expect(cellOf(found, 'bolt', 'SPADE')).toMatchObject({ mean: null, served: true, missing: 1 });
    expect(cellOf(found, 'bolt', 'STPM')).toMatchObject({ mean: 0.6, served: true });
    expect(cellOf(table(report, 'categories', 'image_auroc', 'unsupervised'), 'bolt', 'PaDiM').served).toBe(true);
    expect(found.notes.join(' ')).not.toContain('PaDiM');
    expect(found.notes.join(' ')).toContain('SPADE: of 2 rows 2 not run');
    const line = markdownReport(report)
      .split('\n')
      .filter((each) => each.startsWith('| few-shot, m = 4'))[0];
    expect(line).toBe(
      '| few-shot, m = 4, no augmentation | 1 | – 1 of 2 categories | – not served | – 1 of 2 categories | – 0 of 2 categories |',
    );
    const fields = csvText(report)
      .replaceAll('4,augmentation', '4 augmentation')
      .split('\r\n')
      .map((each) => each.split(','));
    const column = fields[0]!.indexOf('served');
    const bolt = fields.filter((each) => each[2] === 'image_auroc' && each[4] === 'bolt' && each.includes('PaDiM'));
    expect(bolt.map((each) => each[column])).toEqual(['true', 'false']);
  });

  test('nothing but failures, and nothing at all', async () => {
    const failed = await reportOf([{ gives: { code: null, message: 'no' } }]);
    expect(failed.tables).toEqual([]);
    expect(failed.failures).toHaveLength(1);
    expect((await reportOf([], ['waits'])).datasets).toEqual([]);
  });

  test('a dataset without masks has no pixel tables', async () => {
    const evaluation = evaluationOf(0.9, { pixel: null });
    const report = await reportOf([{ gives: [{ after: 'bolt', on: 'bolt', evaluation }] }]);
    expect(report.metrics.map(({ id }) => id)).toEqual(['image_auroc', 'image_ap', 'image_f1max']);
  });
});

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

describe('settings', () => {
  const jobs: MadeUpJob[] = [
    { gives: 0.95 },
    { setting: { kind: 'noisy', percent: 10 }, counts: { trainAnomalous: 2 }, gives: 0.93 },
    ...repeats({ setting: { kind: 'few-shot', shots: 1 } }, [0.6, 0.7]),
    ...repeats({ setting: { kind: 'few-shot', shots: 4 } }, [0.8, 0.82]),
    {
      setting: { kind: 'few-shot', shots: 8, augmentation: 'colorJitter' },
      notes: ['5 of the 8 images asked for: there are no more normal training images'],
      gives: 0.9,
    },
  ];

  test('make a table of their own, a row each with its number of repeats', async () => {
    const found = table(await reportOf(jobs), 'settings');
    expect(found.title).toBe('parts; image AUROC; by setting; base seed 66; category bolt');
    expect(found.rows.map(({ name, repeats: n }) => [name, n])).toEqual([
      ['unsupervised', 1],
      ['noisy, 10 % of the normal images', 1],
      ['few-shot, m = 1, no augmentation', 2],
      ['few-shot, m = 4, no augmentation', 2],
      ['few-shot, m = 8, color jitter, K = 4', 1],
    ]);
    expect(found.notes).toEqual([
      'few-shot, m = 8, color jitter, K = 4: bolt: 5 of the 8 images asked for: there are no more normal training images.',
    ]);
  });

  test('the images that were used, with the hashes of their manifests', async () => {
    const { images } = (await reportOf(jobs)).datasets[0]!;
    expect(images[1]).toMatchObject({
      setting: 'noisy:percent=10',
      category: 'bolt',
      train: '20',
      trainAnomalous: '2',
    });
    expect(images[2]?.manifests).toHaveLength(2);
    expect(images[2]?.manifests[0]).toMatch(
      /^parts\|bolt\|few-shot:m=1,augmentation=none\|repeat=0\|seed=66 [0-9a-f]{64}$/,
    );
  });

  test('what each method learned from, beside what it was given', async () => {
    const learned = (images: number) => ({ dataset: { ...sampleEvaluation().dataset, train: images } });
    const job = (method: string, images: number, repeat = 0): MadeUpJob => {
      const evaluation = evaluationOf(0.9, learned(images));
      return { method, repeat, gives: [{ after: 'bolt', on: 'bolt', evaluation }] };
    };
    const failed = { method: 'spade', gives: { code: null, message: 'no' } };
    const report = await reportOf([
      job('patchcore', 18),
      job('padim', 18),
      job('stpm', 14),
      job('stpm', 15, 1),
      failed,
    ]);
    const [images] = report.datasets[0]!.images;
    expect(images).toMatchObject({ train: '20', setting: 'unsupervised' });
    expect(images?.learnedFrom).toEqual([
      { method: 'PatchCore', images: '18' },
      { method: 'PaDiM', images: '18' },
      { method: 'STPM', images: '14–15' },
    ]);
    const line = '| unsupervised | bolt | 20 | 0 | 18; STPM 14–15 | 3 | 4 |';
    expect(markdownReport(report)).toContain(line);
    expect(renderBenchmarkReport(report, new Map())).toContain('<td>18; STPM 14–15</td>');
    const fields = csvText(report)
      .split('\r\n')
      .find((each) => each.includes(',STPM,'))!
      .split(',');
    expect(fields.slice(-2)).toEqual(['20', '14–15']);
  });

  test('curves over shots, and over noise from the clean setting on', async () => {
    const { curves } = await reportOf(jobs);
    expect(curves.map(({ kind, panel, points }) => [kind, panel, points.map(({ x }) => x)])).toEqual([
      ['noise', 'of the normal images', [0, 10]],
      ['shots', 'no augmentation', [1, 4]],
    ]);
    expect(curves[1]?.points[0]?.mean).toBeCloseTo(0.65, 12);
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

describe('continual learning', () => {
  const matrix: [after: string, on: string, value: number][] = [
    ['a', 'a', 0.9],
    ['b', 'a', 0.8],
    ['b', 'b', 0.95],
    ['c', 'a', 0.7],
    ['c', 'b', 0.97],
    ['c', 'c', 0.6],
  ];
  const job: MadeUpJob = {
    categories: ['a', 'b', 'c'],
    setting: { kind: 'continual' },
    gives: matrix.map(([after, on, value]) => ({
      after,
      on,
      evaluation: evaluationOf(value, { learned: [{ name: 'memory bank', shape: [after === 'a' ? 10 : 20, 4] }] }),
    })),
  };

  test('final mean, forgetting measure, just-learnt mean; less forgetting is better', async () => {
    const found = table(await reportOf([job, { ...job, method: 'padim', gives: [] }]), 'continual');
    expect(found.rows.map(({ kind, better }) => [kind, better])).toEqual([
      ['final', 'higher'],
      ['forgetting', 'lower'],
      ['just-learnt', 'higher'],
    ]);
    const [final, fm, learnt] = found.rows.map(({ cells }) => cells[0]?.mean);
    expect(final).toBeCloseTo((0.7 + 0.97 + 0.6) / 3, 12);
    // (0.9 - 0.7 + 0.95 - 0.97) / 2
    expect(fm).toBeCloseTo(0.09, 12);
    expect(learnt).toBeCloseTo((0.9 + 0.95 + 0.6) / 3, 12);
  });

  test('the matrix, and what the method keeps', async () => {
    const [first] = (await reportOf([job])).matrices;
    expect(first).toMatchObject({
      metric: 'image_auroc',
      tasks: ['a', 'b', 'c'],
      values: [[0.9], [0.8, 0.95], [0.7, 0.97, 0.6]],
      learned: ['memory bank 10 x 4', 'memory bank 20 x 4', 'memory bank 20 x 4'],
    });
  });

  test('a row of the settings, beside settings with a model for each category', async () => {
    const single = ['a', 'b', 'c'].map((category) => ({ categories: [category], gives: 0.95 }));
    const found = table(await reportOf([...single, job]), 'settings');
    expect(found.rows.map(({ name, cells }) => [name, cells[0]?.mean?.toFixed(4)])).toEqual([
      ['unsupervised', '0.9500'],
      ['continual, after the last task', '0.7567'],
    ]);
  });

  test('the published value and forgetting measure', async () => {
    const names = ['bracket_black', 'bracket_brown', 'bracket_white', 'connector', 'metal_plate', 'tubes'];
    const gives = names.flatMap((after, i) =>
      names.slice(0, i + 1).map((on) => ({ after, on, evaluation: evaluationOf(0.8) })),
    );
    const report = await reportOf([
      {
        dataset: { id: 'mpdd', name: 'mpdd', layout: 'mpdd' },
        categories: names,
        setting: { kind: 'continual' },
        gives,
      },
    ]);
    const [final, fm, learnt] = table(report, 'continual').rows.map(({ cells }) => cells[0]?.published);
    expect(final?.map(({ value }) => value)).toEqual([0.786, 0.787]);
    expect(fm?.map(({ value, difference }) => [value, difference])).toEqual([[0.015, -0.015]]);
    expect(learnt).toEqual([]);
  });
});

describe('beside the tables', () => {
  test('cost: latency without decoding; memory only where a process did one job', async () => {
    const shared = await reportOf([{ gives: 0.9, ownProcess: false }]);
    expect(shared.efficiency).toMatchObject([
      {
        training: 1520,
        latency: 89,
        imagesPerSecond: 7.8,
        peakMemory: null,
        auroc: 0.9,
        learned: 'memory bank 100 x 1536',
      },
    ]);
    const perImage = { decode: 100, features: 8, scoring: 1 };
    const timings = { ...sampleEvaluation().timings, latency: null, perImage };
    const few = { after: 'bolt', on: 'bolt', evaluation: evaluationOf(0.9, { timings }) };
    expect((await reportOf([{ gives: [few] }])).efficiency[0]?.latency).toBe(9);
    const own = await reportOf([{ gives: 0.9 }, { repeat: 1, gives: 0.9, peakMemory: 3 * 2 ** 30, parallel: 2 }]);
    expect(own.efficiency).toMatchObject([{ peakMemory: 3 * 2 ** 30, parallel: 2 }]);
  });

  test('no latency where features came from a cache, which is said', async () => {
    const report = await reportOf([{ gives: 0.9, cacheFeatures: true }]);
    expect(report.efficiency[0]?.latency).toBeNull();
    expect(report.cacheFeatures).toBe(true);
    expect((await reportOf([{ gives: 0.9 }])).cacheFeatures).toBe(false);
  });

  test('a method that stands there for reference', async () => {
    const setting = { kind: 'supervised' } as const;
    const report = await reportOf([{ setting, gives: 0.9, standing: 'reference' }]);
    const found = table(report, 'categories');
    expect(found.title).toContain('supervised, n = 10 anomalous images');
    expect(found.notes).toEqual(['PatchCore: for reference, it learns from normal images alone.']);
  });

  test('defect types, one of them called __proto__', async () => {
    const metrics = { auroc: 0.4, ap: 0.5, f1Max: 0.5, f1MaxThreshold: 1 };
    const perDefect = JSON.parse(
      JSON.stringify({ x: { count: 2, image: metrics, pixel: null } }).replace('"x"', '"__proto__"'),
    );
    const gives = [{ after: 'bolt', on: 'bolt', evaluation: { perDefect } }];
    expect((await reportOf([{ gives }])).defects).toMatchObject([
      { defect: '__proto__', images: 2, imageAuroc: { mean: 0.4 }, aupro: { mean: null } },
    ]);
  });

  test('the worst images: how many of the other class are on the wrong side', async () => {
    const images = [result('g0', 0, 1), result('g1', 0, 5), result('a0', 1, 2), result('a1', 1, 5), result('?', -1, 9)];
    const gives = [{ after: 'bolt', on: 'bolt', evaluation: { images } }];
    const [worst] = (await reportOf([{ gives }])).worst;
    // g1 is above a0 and level with a1.
    expect(worst?.images.map(({ id, misplaced, score }) => [id, misplaced, score])).toEqual([
      ['g1', 0.75, 5],
      ['a0', 0.5, 2],
      ['a1', 0.25, 5],
    ]);
    const other = [
      { after: 'bolt', on: 'bolt', evaluation: { images: images.map((image) => ({ ...image, score: image.label })) } },
    ];
    const [both] = (await reportOf([{ gives }, { repeat: 1, gives: other }])).worst;
    expect(both?.images[0]).toMatchObject({ id: 'g1', misplaced: 0.375, score: 2.5 });
  });

  test('one class alone has no worst images', async () => {
    const gives = [{ after: 'bolt', on: 'bolt', evaluation: { images: [result('a0', 1, 2), result('a1', 1, 5)] } }];
    expect((await reportOf([{ gives }])).worst[0]?.images).toEqual([]);
  });

  test('methods by what they are called, and by their backbone where a name is shared', async () => {
    const report = await reportOf([
      { gives: 0.9, config: { backbone: 'resnet18' } },
      { gives: 0.9, config: { backbone: 'resnet50' } },
      { gives: 0.9, name: 'mine', config: { coresetRatio: 0.5 } },
    ]);
    expect(report.methods.map(({ label }) => label)).toEqual(['PatchCore (resnet18)', 'PatchCore (resnet50)', 'mine']);
    expect(report.methods[2]?.config).not.toHaveProperty('seed');
  });

  test('one column although settings change fields of the configuration, which is said', async () => {
    const report = await reportOf([
      { gives: 0.9, config: { calibrationShare: 0.1 } },
      { gives: 0.9, setting: { kind: 'few-shot', shots: 1 }, config: { calibrationShare: 0 } },
    ]);
    expect(table(report, 'settings').columns).toEqual(['PatchCore']);
    expect(report.methods[0]).toMatchObject({
      config: { calibrationShare: 0.1 },
      except: [{ setting: 'few-shot:m=1,augmentation=none', config: { calibrationShare: 0 } }],
    });
  });

  test('where it ran', async () => {
    expect((await reportOf([{ gives: 0.9 }, { repeat: 1, gives: 0.9 }])).environments).toEqual([
      {
        machine: 'AMD EPYC, 2 cores, 16.0 GiB, linux x64',
        software: 'iad-tf 0.1.0, commit abcdef; Node v20.20.2; wasm; default number of threads',
        jobs: 2,
        parallel: 1,
      },
    ]);
  });
});
