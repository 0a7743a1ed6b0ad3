import { describe, expect, test } from 'vitest';
import { caseKind, selectCases } from '../../src/report/cases.js';
import { fileNames } from '../../src/report/file-names.js';
import { IMAGES, result, sampleEvaluation } from './sample.js';

describe('selectCases', () => {
  const all = { falseAlarms: 9, misses: 9, hits: 9 };

  test('false alarms from the highest score, misses from the lowest, hits from the highest, in this order', () => {
    expect(selectCases(sampleEvaluation(), all)).toEqual([
      'test/good/2.png',
      'test/good/1.png',
      'test/scratch/1.png',
      'test/scratch/0.png',
      'test/scratch/3.png',
      'test/scratch/2.png',
    ]);
  });

  test('gives at most as many as asked for, the worst of each', () => {
    expect(selectCases(sampleEvaluation(), { falseAlarms: 1, misses: 1, hits: 0 })).toEqual([
      'test/good/2.png',
      'test/scratch/1.png',
    ]);
  });

  test('ties go by id, whatever the order of the images', () => {
    const images = [result('c', 1, 3), result('a', 1, 3), result('b', 1, 3)];
    expect(selectCases(sampleEvaluation({ images }), all)).toEqual(['a', 'b', 'c']);
  });

  test('without a threshold: the highest good, the lowest anomalous, then the highest of the rest', () => {
    const images = IMAGES.map((image) => ({ ...image, isAnomalous: null }));
    const evaluation = sampleEvaluation({ operatingPoint: null, images });
    expect(selectCases(evaluation, { falseAlarms: 1, misses: 2, hits: 3 })).toEqual([
      'test/good/2.png',
      'test/scratch/1.png',
      'test/scratch/0.png',
      'test/scratch/3.png',
      'test/scratch/2.png',
    ]);
  });

  test('leaves unlabelled images and passed good ones out', () => {
    const images = [result('u', -1, 9), result('g', 0, 1)];
    expect(images.map(caseKind)).toEqual(['unlabelled', 'pass']);
    expect(selectCases(sampleEvaluation({ images }), all)).toEqual([]);
  });
});

describe('fileNames', () => {
  test('keeps plain ids readable', () => {
    expect(fileNames(['test/bent/000.png', 'IMG 1.JPG'])).toEqual(['test__bent__000', 'IMG_1']);
  });

  test('never leaves the folder, hides a file or names one twice', () => {
    const hostile = [
      '../../etc/passwd',
      '..',
      '.',
      '',
      '/',
      'C:\\x',
      'a\0b',
      '.hidden',
      '-rf',
      'x'.repeat(999),
      '日本',
    ];
    const names = fileNames([...hostile, 'A/b.png', 'a/B.png', 'a__b.jpg', 'a__b-2', ...hostile]);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,125}$/);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });
});
