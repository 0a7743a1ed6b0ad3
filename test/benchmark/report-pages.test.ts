// The report of a benchmark as files: what stands on the pages, what names from outside cannot do, and that it is all or nothing.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BenchmarkReport, benchmarkReport, type Results } from '../../src/benchmark/report/index.js';
import { benchmarkReportSchema } from '../../src/benchmark/report/schema.js';
import { encodePng } from '../../src/data/index.js';
import { renderBenchmarkCharts } from '../../src/report/benchmark/charts.js';
import { csvText } from '../../src/report/benchmark/csv.js';
import { renderBenchmarkReport } from '../../src/report/benchmark/html.js';
import { thumbnailKey } from '../../src/report/benchmark/html-worst.js';
import { markdownReport, markdownText } from '../../src/report/benchmark/markdown.js';
import { writeBenchmarkReport } from '../../src/report/benchmark/write.node.js';
import { result } from '../report/sample.js';
import { tagsOf } from '../report/tags.js';
import { evaluationOf, type MadeUpJob, madeUpResults } from './made-up.js';
import { madeUpJobs } from './made-up-grid.js';

const MPDD = ['bracket_black', 'bracket_brown', 'bracket_white', 'connector', 'metal_plate', 'tubes'];

/** Every kind of table and plot. */
const JOBS: readonly MadeUpJob[] = [
  ...madeUpJobs({
    methods: ['patchcore', 'padim'],
    dataset: { id: 'mpdd', name: 'mpdd', layout: 'mpdd' },
    categories: MPDD,
    settings: [
      { kind: 'unsupervised' },
      { kind: 'few-shot', shots: 1, augmentation: 'rotation' },
      { kind: 'few-shot', shots: 4, augmentation: 'rotation' },
      { kind: 'noisy', percent: 10 },
      { kind: 'continual' },
    ],
    repeats: 2,
    images: 6,
  }),
  { method: 'spade', gives: 0.8 },
  { method: 'spade', repeat: 1, gives: { code: 'MEMORY_BUDGET', message: '[MEMORY_BUDGET] gallery: too large.' } },
];

let results: Results;
let report: BenchmarkReport;
let page: string;

beforeAll(async () => {
  results = await madeUpResults(JOBS, ['a job that waits'], [{ what: 'stpm, continual', code: 'X', reason: 'no' }]);
  report = benchmarkReport(results);
  page = renderBenchmarkReport(report, await renderBenchmarkCharts(report));
}, 120_000);

/** The text without tags and style, white space joined. */
function textOf(markup: string): string {
  return markup
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('the page', () => {
  test('is one well-formed page that asks for nothing and runs nothing', () => {
    for (const { name, attributes } of tagsOf(page)) {
      expect(['script', 'link', 'iframe', 'object', 'base', 'img']).not.toContain(name);
      for (const [key, value] of Object.entries(attributes)) {
        expect(key).not.toMatch(/^on/);
        if (key === 'src' || key.endsWith('href')) expect(value).toMatch(/^#/);
      }
    }
    expect(page).not.toMatch(/@import|url\(/);
    expect(page).toContain(`content="default-src 'none';`);
    expect(page).not.toMatch(/NaN|undefined<|null</);
  });

  test('is small', () => {
    expect(page.length).toBeLessThan(250_000);
  });

  test('says what failed, what waits and what was left out, before anything else', () => {
    const text = textOf(page);
    const at = ['[MEMORY_BUDGET] gallery: too large.', 'a job that waits', 'stpm, continual', 'Tables'].map((part) => {
      return text.indexOf(part);
    });
    expect(at[0]).toBeGreaterThan(0);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  test('has the tables with the parameters of their setting, marks, published values and the forgetting measure', () => {
    const text = textOf(page);
    expect(text).toContain('mpdd; image AUROC; by setting; mean; base seed 66');
    expect(text).toContain('mpdd; image AUROC; few-shot, m = 4, rotation, K = 4; 2 repeats, base seed 66');
    expect(text).toContain(
      'mpdd; image AUROC; continual; 1 repeat, base seed 66; tasks bracket_black &gt; bracket_brown &gt; ',
    );
    expect(text).toContain('forgetting measure');
    expect(text).toContain('spread over categories');
    const mean = report.tables.find(({ kind }) => kind === 'settings')!.rows[0]!.cells[0]!;
    expect(text).toContain(`[0.948 ${mean.mean! < 0.948 ? '−' : '+'}${Math.abs(mean.mean! - 0.948).toFixed(3)}] a`);
    expect(text).toContain('Xie et al., IM-IAD, Table VI');
    expect(page).toContain(`<b>${mean.mean!.toFixed(3)}</b>`);
  });

  test('tells how many jobs there were at most beside each other', async () => {
    const jobs = [1, 2].map((parallel): MadeUpJob => ({ repeat: parallel, parallel, gives: 0.9 }));
    const both = benchmarkReport(await madeUpResults(jobs));
    const one = benchmarkReport(await madeUpResults(jobs.slice(0, 1)));
    for (const written of [textOf(renderBenchmarkReport(both, new Map())), markdownReport(both)]) {
      expect(written).toMatch(/2 jobs\b.* up to 2 jobs at once/);
    }
    for (const written of [textOf(renderBenchmarkReport(one, new Map())), markdownReport(one)]) {
      expect(written).toMatch(/1 job\b.* one job at once/);
    }
  });

  test('tells what each method costs under each setting', () => {
    expect(textOf(page)).toMatch(/unsupervised SPADE 1\.5 s 89 ms 7\.8 1\.00 GiB memory bank 100 x 1536/);
  });

  test('has the plots: cost, shots, noise, a matrix for each method, defects by category', () => {
    const labels = tagsOf(page).flatMap(({ name, attributes }) => (name === 'svg' ? [attributes['aria-label']] : []));
    expect(labels).toEqual([
      'Quality against latency',
      'Quality against memory',
      'Few training images: rotation',
      'Noise in the training images: of the normal images',
      'PatchCore, continual',
      'PaDiM, continual',
      ...MPDD,
      'Quality against latency',
      'Quality against memory',
      'bolt',
    ]);
    const { values } = report.matrices[0]!;
    for (const value of values.flat()) expect(page).toContain(`>${value!.toFixed(3)}</text>`);
  });
});

describe('names from outside', () => {
  const evil = `"><script>alert(1)</script>|<img src=x onerror='alert(2)'>`;
  const jobs: MadeUpJob[] = ['padim', 'patchcore'].flatMap((method) => [
    {
      method,
      name: `=${evil}${method}`,
      config: { backbone: evil, [evil]: evil },
      dataset: { id: evil, name: evil, layout: evil, split: evil },
      categories: [evil],
      gives: [
        {
          after: evil,
          on: evil,
          evaluation: evaluationOf(0.9, {
            backend: evil,
            backbone: { id: evil, hash: evil },
            images: [result(evil, 1, 3), { ...result('a', 1, 1), defectType: evil }, result('b', 0, 2)],
            perDefect: { [evil]: { count: 1, image: { auroc: 0.4, ap: 1, f1Max: 1, f1MaxThreshold: 1 }, pixel: null } },
          }),
        },
      ],
    },
    {
      method,
      name: `=${evil}${method}`,
      config: { backbone: evil, [evil]: evil },
      dataset: { id: evil, name: evil, layout: evil, split: evil },
      categories: [evil],
      repeat: 1,
      gives: { code: evil, message: evil },
    },
  ]);

  test('stay text on the page', async () => {
    const hostile = benchmarkReport(await madeUpResults(jobs, [evil], [{ what: evil, code: evil, reason: evil }]));
    const tags = tagsOf(renderBenchmarkReport(hostile, await renderBenchmarkCharts(hostile)));
    expect(tags.some(({ name }) => name === 'script' || name === 'img')).toBe(false);
    expect(tags.some(({ attributes }) => 'onerror' in attributes)).toBe(false);
  }, 60_000);

  test('stay text in Markdown and in its tables', async () => {
    const hostile = benchmarkReport(await madeUpResults(jobs, [evil]));
    const text = markdownReport(hostile);
    expect(text).not.toMatch(/<(?!br>)/);
    const [head, ...lines] = text.split('\n').filter((line) => line.startsWith('|'));
    const bars = (line: string) => line.replace(/\\\|/g, '').split('|').length;
    // Two methods: three columns, four bars, five parts.
    expect([head!, ...lines.slice(0, 2)].map(bars)).toEqual([5, 5, 5]);
    expect(markdownReport(report)).toContain('### mpdd; image AUROC task by task; PatchCore; continual');
    expect(markdownText('a\n# b | *c* [d](e) `f` <g>')).toBe('a \\# b \\| \\*c\\* \\[d\\](e) \\`f\\` &lt;g&gt;');
  });

  test('are no formula and break no line of the CSV', async () => {
    const hostile = benchmarkReport(await madeUpResults(jobs));
    const [head, first, ...rest] = csvText(hostile).split('\r\n');
    expect(rest.at(-1)).toBe('');
    expect(first).toContain(`"'=""><script>alert(1)</script>|<img src=x onerror='alert(2)'>padim"`);
    const fields = (line: string) => line.replace(/"(?:[^"]|"")*"/g, '').split(',').length;
    expect([first!, ...rest.slice(0, -1)].map(fields)).toEqual(rest.map(() => fields(head!)));
  });
});

test('the CSV has a line for each cell, settings tables left out', () => {
  const lines = csvText(report).trimEnd().split('\r\n');
  const cells = report.tables
    .filter(({ kind }) => kind !== 'settings')
    .flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  expect(lines).toHaveLength(1 + cells.length);
  const line = lines.find((each) => each.startsWith('mpdd,unsupervised,image_auroc,categories,mean,PatchCore,'))!;
  const { mean } = report.tables
    .find(({ setting, metric }) => setting === 'unsupervised' && metric === 'image_auroc')!
    .rows.at(-1)!.cells[0]!;
  expect(line).toBe(
    `mpdd,unsupervised,image_auroc,categories,mean,PatchCore,${mean},,1,1,0,0,0,true,true,1,0.948,,${mean! - 0.948},im-iad,VI,,`,
  );
  const own = lines.find((each) => each.startsWith('mpdd,unsupervised,image_auroc,categories,tubes,PatchCore,'))!;
  expect(own.split(',').slice(-2)).toEqual(['20', '20']);
});

describe('writeBenchmarkReport', () => {
  const FILES = ['report.html', 'report.json', 'report.md', 'results.csv'];
  let scratch = '';
  let target = '';
  let few: Results;

  beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'iad-tf-benchmark-report-'));
    target = join(scratch, 'report');
    const images = [result('bolt/test/a.png', 1, 1), result('bolt/test/b.png', 0, 2), result('../secret.png', 1, 0)];
    const gives = [{ after: 'bolt', on: 'bolt', evaluation: evaluationOf(0.9, { images }) }];
    few = await madeUpResults([{ gives }, { method: 'padim', gives }]);
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const read = (folder: string) => FILES.map((name) => readFileSync(join(folder, name), 'utf8'));

  test('writes the four files; the same records give the same bytes', async () => {
    const { page: path } = await writeBenchmarkReport(target, few);
    expect(path).toBe(join(target, 'report.html'));
    expect(readdirSync(scratch)).toEqual(['report']);
    expect(readdirSync(target).sort()).toEqual(FILES);
    await writeBenchmarkReport(join(scratch, 'again'), few);
    expect(read(join(scratch, 'again'))).toEqual(read(target));
    const json: unknown = JSON.parse(read(target)[1]!);
    expect(benchmarkReportSchema.parse(json)).toEqual(json);
  }, 60_000);

  test('replaces an earlier report, keeps other files, and refuses what no report has written', async () => {
    await writeBenchmarkReport(target, few);
    writeFileSync(join(target, 'notes.txt'), 'x');
    await writeBenchmarkReport(target, await madeUpResults([{ gives: 0.5 }]));
    expect(readdirSync(target).sort()).toEqual(['notes.txt', ...FILES]);
    expect(read(target)[2]).toContain('0.500');
    const other = join(scratch, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'results.csv'), 'mine');
    await expect(writeBenchmarkReport(other, few)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readFileSync(join(other, 'results.csv'), 'utf8')).toBe('mine');
  }, 60_000);

  test('a signal stops it, and an earlier report stays', async () => {
    await writeBenchmarkReport(target, few);
    const before = statSync(join(target, 'report.html')).ino;
    const again = writeBenchmarkReport(target, few, { signal: AbortSignal.abort('SIGINT') });
    await expect(again).rejects.toMatchObject({ code: 'ABORTED' });
    expect(statSync(join(target, 'report.html')).ino).toBe(before);
    expect(readdirSync(scratch)).toEqual(['report']);
  }, 60_000);

  test('pictures of the worst images: each once, none from outside of the dataset, broken ones left out', async () => {
    const png = encodePng({ width: 300, height: 200, data: new Uint8Array(3 * 300 * 200).fill(90) });
    const put = (path: string, bytes: Uint8Array | string) => {
      mkdirSync(dirname(join(scratch, path)), { recursive: true });
      writeFileSync(join(scratch, path), bytes);
    };
    put('data/parts/bolt/test/a.png', png);
    put('data/parts/bolt/test/b.png', 'no picture');
    put('data/secret.png', png);
    const { missingPictures } = await writeBenchmarkReport(target, few, { dataRoot: join(scratch, 'data') });
    expect(missingPictures).toBe(2);
    const text = read(target)[0]!;
    expect(text.match(/data:image\/jpeg;base64,/g)).toHaveLength(1);
    // Two methods name it.
    expect(tagsOf(text).filter(({ attributes }) => attributes.class === 't t0')).toHaveLength(2);
    expect(text).toContain('test/b.png');
  }, 60_000);
});

test('a picture that is none is refused', () => {
  const pictures = new Map([[thumbnailKey('mpdd', 'x'), 'data:text/html;base64,AAAA']]);
  expect(() => renderBenchmarkReport(report, new Map(), pictures)).toThrow('JPEG');
});
