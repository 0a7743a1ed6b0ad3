import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { selectCases } from '../../src/report/cases.js';
import type { ReportCase } from '../../src/report/types.js';
import { writeReport } from '../../src/report/write.node.js';
import * as web from '../../src/report/write.web.js';
import { writeError } from '../../src/runtime/writing.node.js';
import { result, sampleCase, sampleEvaluation } from './sample.js';

const evaluation = sampleEvaluation();
const ids = selectCases(evaluation, { falseAlarms: 1, misses: 1, hits: 1 });
let scratch = '';
let target = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'iad-tf-report-'));
  target = join(scratch, 'report');
});
afterEach(() => rmSync(scratch, { recursive: true }));

async function* cases(): AsyncGenerator<ReportCase> {
  for (const id of ids) yield sampleCase(id);
}

describe('writeReport', () => {
  test('writes the page, the record, the charts and the overlays, and nothing beside them', async () => {
    expect(await writeReport(target, evaluation, cases(), { pixelThreshold: 2 })).toBe(join(target, 'report.html'));
    expect(readdirSync(scratch)).toEqual(['report']);
    expect(readdirSync(target).sort()).toEqual(['charts', 'evaluation.json', 'overlays', 'report.html']);
    expect(readdirSync(join(target, 'charts')).sort()).toEqual([
      'histogram.png',
      'operating-curve.png',
      'per-defect.png',
      'precision-recall.png',
      'pro.png',
      'roc.png',
    ]);
    expect(readdirSync(join(target, 'overlays')).sort()).toEqual([
      'test__good__2.png',
      'test__scratch__1.png',
      'test__scratch__3.png',
    ]);
    expect(JSON.parse(readFileSync(join(target, 'evaluation.json'), 'utf8'))).toEqual(evaluation);
    const page = readFileSync(join(target, 'report.html'), 'utf8');
    // Three pictures each, but a good image has no truth.
    expect(page.match(/src="data:image\/jpeg;base64,\/9j\//g)).toHaveLength(8);
    expect(page).toContain('the middle is the pixel threshold, 2.');
  });

  test('chart PNGs hold ink in the colours of the marks, on white', async () => {
    await writeReport(target, evaluation, []);
    const png = PNG.sync.read(readFileSync(join(target, 'charts', 'roc.png')));
    expect(png.width).toBeGreaterThan(760);
    expect(Array.from(png.data.subarray(0, 4))).toEqual([255, 255, 255, 255]);
    let curve = 0;
    for (let i = 0; i < png.data.length; i += 4) {
      if (png.data[i] === 0x3b && png.data[i + 1] === 0x82 && png.data[i + 2] === 0xd6) curve++;
    }
    expect(curve).toBeGreaterThan(500);
  });

  test('overlays are drawn, and large images are reduced', async () => {
    await writeReport(target, evaluation, [sampleCase('test/scratch/3.png', 1280)], { pixelThreshold: 2 });
    const png = PNG.sync.read(readFileSync(join(target, 'overlays', 'test__scratch__3.png')));
    expect([png.width, png.height]).toEqual([640, 640]);
    expect(Array.from(png.data.subarray(0, 3))).toEqual([100, 100, 100]);
    const middle = 4 * (320 * 640 + 320);
    expect(png.data[middle]).toBeGreaterThan(180);
  });

  test('replaces an earlier report', async () => {
    await writeReport(target, evaluation, cases());
    await writeReport(target, sampleEvaluation({ seed: 8 }), []);
    expect(JSON.parse(readFileSync(join(target, 'evaluation.json'), 'utf8')).seed).toBe(8);
    expect(readdirSync(join(target, 'overlays'))).toEqual([]);
    expect(readdirSync(scratch)).toEqual(['report']);
  });

  test('goes beside other files, but replaces nothing that no report has written', async () => {
    mkdirSync(target);
    writeFileSync(join(target, 'holiday.jpg'), 'x');
    await writeReport(target, evaluation, []);
    expect(readdirSync(target)).toContain('holiday.jpg');
    const other = join(scratch, 'photos');
    mkdirSync(join(other, 'charts'), { recursive: true });
    await expect(writeReport(other, evaluation, [])).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readdirSync(other)).toEqual(['charts']);
  });

  test('a failure on the way leaves the earlier report and no scraps', async () => {
    await writeReport(target, evaluation, []);
    const broken = { ...sampleCase(ids[0]!), truth: { width: 2, height: 2, data: new Uint8Array(4) } };
    await expect(writeReport(target, sampleEvaluation({ seed: 9 }), [broken])).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
    const failing = async function* (): AsyncGenerator<ReportCase> {
      yield sampleCase(ids[0]!);
      throw new Error('prediction failed');
    };
    await expect(writeReport(target, evaluation, failing())).rejects.toThrow('prediction failed');
    expect(readdirSync(scratch)).toEqual(['report']);
    expect(JSON.parse(readFileSync(join(target, 'evaluation.json'), 'utf8')).seed).toBe(7);
  });

  test('an id cannot leave the folder', async () => {
    const id = '../../outside.png';
    await writeReport(target, sampleEvaluation({ images: [result(id, 1, 3)] }), [sampleCase(id)]);
    expect(readdirSync(join(target, 'overlays'))).toEqual(['___..__outside.png']);
    expect(existsSync(join(scratch, 'outside.png'))).toBe(false);
  });

  test('a place that cannot be written to is WRITE_FAILED with the path', async () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    await expect(writeReport(join(file, 'report'), evaluation, [])).rejects.toMatchObject({
      code: 'WRITE_FAILED',
      path: join(file, 'report'),
    });
    await expect(writeReport(file, evaluation, [])).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readdirSync(scratch)).toEqual(['file']);
  });

  test('refuses a case that the evaluation lacks or whose map has another size', async () => {
    await expect(writeReport(target, evaluation, [sampleCase('nowhere')])).rejects.toMatchObject({ path: 'nowhere' });
    const cut = { ...sampleCase(ids[0]!), map: new Float32Array(3) };
    await expect(writeReport(target, evaluation, [cut])).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(readdirSync(scratch)).toEqual([]);
  });
});

test('a full disk and a full quota are DISK_FULL', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    expect(writeError('r', Object.assign(new Error('full'), { code }))).toMatchObject({ code: 'DISK_FULL', path: 'r' });
  }
  expect(writeError('r', Object.assign(new Error('no'), { code: 'EACCES' }))).toMatchObject({ code: 'WRITE_FAILED' });
});

test('in a browser, writing says NODE_ONLY', async () => {
  await expect(web.writeReport('r', evaluation, [])).rejects.toMatchObject({ code: 'NODE_ONLY', path: 'r' });
});
