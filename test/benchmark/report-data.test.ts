// What a report's tables say, as data: means, marks, settings, continual learning, and all that is not there.
import { describe, expect, test } from 'vitest';
import { benchmarkReportSchema } from '../../src/benchmark/report/schema.js';
import { csvText } from '../../src/report/benchmark/csv.js';
import { renderBenchmarkReport } from '../../src/report/benchmark/html.js';
import { markdownReport } from '../../src/report/benchmark/markdown.js';
import { sampleEvaluation } from '../report/sample.js';
import { evaluationOf, type MadeUpJob } from './made-up.js';
import { cellOf, repeats, reportOf, table } from './made-up-report.js';

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
