// The README's table of what can be wrong with a dataset has every code of images and datasets, and no other.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const codesIn = (text: string, pattern: RegExp) => [
  ...new Set(Array.from(text.matchAll(pattern), ([, code]) => code!)),
];

test('every code of images and datasets is explained', () => {
  const [, group = ''] = /\/\/ images, masks and datasets\n([^/]*)/.exec(read('src/runtime/errors.ts')) ?? [];
  const codes = codesIn(group, /'([A-Z_]+)'/g);
  expect(codes.length).toBeGreaterThan(15);
  const [, table = ''] = /\| Code \| What was found \|\n(.*?)\n\n/s.exec(read('README.md')) ?? [];
  const rows = table.split('\n').map((line) => line.split('|')[1] ?? '');
  expect(codesIn(rows.join(' '), /`([A-Z_]+)`/g).sort()).toEqual(codes.sort());
});

test('each is thrown somewhere, and so are the warnings', () => {
  const [, said = ''] = /are warnings \((.*?)\)/.exec(read('README.md')) ?? [];
  const warnings = codesIn(said, /`([A-Z_]+)`/g);
  expect(warnings).toHaveLength(2);
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' });
  const source = files
    .filter((path) => /^(data|methods)\//.test(path) && path.endsWith('.ts'))
    .map((path) => read(`src/${path}`))
    .join('\n');
  const [, table = ''] = /\| Code \| What was found \|\n(.*?)\n\n/s.exec(read('README.md')) ?? [];
  const codes = codesIn(table, /`([A-Z]+_[A-Z_]+)`/g);
  expect(codes.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  expect(warnings.filter((code) => !source.includes(`${code}: `))).toEqual([]);
});
