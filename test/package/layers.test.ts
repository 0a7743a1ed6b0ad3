// The sources lie in layers: imports run one way only, nothing goes in circles, and only *.node.ts files need Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ROOT } from '../helpers/bundle.js';
import { exists, importsOf, SOURCES, targets } from './sources.js';

const LAYERS = ['metrics', 'runtime', 'data', 'kernels', 'backbones', 'methods', 'benchmark', 'report', 'cli'];

const ALL = SOURCES.flatMap(importsOf);

function layer(file: string): number {
  return LAYERS.indexOf(file.split('/')[1] ?? '');
}

function show(from: string, to: string): string {
  return `${from} -> ${to}`;
}

test('the pattern sees the imports', () => {
  expect(SOURCES.length).toBeGreaterThan(100);
  expect(ALL.length).toBeGreaterThan(2 * SOURCES.length);
  expect(ALL).toContainEqual({ file: 'src/report/charts.ts', specifier: 'vega', typeOnly: false });
  expect(ALL).toContainEqual({
    file: 'src/backbones/index.ts',
    specifier: '#platform/backbones/store',
    typeOnly: false,
  });
});

describe('imports', () => {
  it('lead to files that exist', () => {
    const generated = 'src/kernels/wasm/generated.ts';
    const broken = ALL.flatMap((each) => targets(each).map((to) => ({ from: each.file, to })));
    expect(broken.filter(({ to }) => to !== generated && !exists(to)).map(({ from, to }) => show(from, to))).toEqual(
      [],
    );
  });

  it('run from higher layers to lower ones', () => {
    const upwards = ALL.filter(({ file }) => file !== 'src/index.ts').flatMap((each) =>
      targets(each)
        .filter((to) => layer(to) > layer(each.file) || layer(to) < 0)
        .map((to) => show(each.file, to)),
    );
    expect(upwards).toEqual([]);
  });

  it('of the metrics stay among the metrics', () => {
    const outside = ALL.filter(({ file, specifier }) => {
      return layer(file) === 0 && !specifier.startsWith('./');
    });
    expect(outside).toEqual([]);
  });

  it('of Node are in *.node.ts only', () => {
    const outside = ALL.filter(({ file, specifier }) => specifier.startsWith('node:') && !file.endsWith('.node.ts'));
    expect(outside).toEqual([]);
  });

  it('of the queue are loaded when one is used, and in Node only', () => {
    const found = ALL.filter(({ specifier, typeOnly }) => !typeOnly && /^(bullmq|ioredis)$/.test(specifier));
    expect(found.length).toBeGreaterThan(0);
    for (const { file } of found) {
      expect(file).toMatch(/\.node\.ts$/);
      expect(readFileSync(join(ROOT, file), 'utf8')).not.toMatch(/^import (?!type ).*'(bullmq|ioredis)';$/m);
    }
  });

  it('of *.node.ts and *.web.ts go through #platform/, except among themselves and in the command line', () => {
    const direct = ALL.filter(({ file, specifier, typeOnly }) => {
      const kind = /\.(node|web)\.js$/.exec(specifier)?.[1];
      return kind !== undefined && !typeOnly && !file.endsWith(`.${kind}.ts`);
    });
    expect(direct).toEqual([]);
  });

  it('make no circle', () => {
    const graph = new Map(SOURCES.map((file): [string, string[]] => [file, []]));
    for (const each of ALL) if (!each.typeOnly) graph.get(each.file)?.push(...targets(each));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of SOURCES) visit(file, []);
    expect(circles).toEqual([]);
  });
});

describe('the two sides of #platform/', () => {
  const paths = [...new Set(ALL.map(({ specifier }) => specifier))]
    .filter((path) => path.startsWith('#platform/'))
    .sort();

  /** Names of what exists at run time. */
  const exported = (file: string) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const pattern = /^export (?:async )?(?:function\*? |class |const )(\w+)/gm;
    return [...text.matchAll(pattern)].map(([, name]) => name).sort();
  };

  it.each(paths)('%s: what the browser has, Node has', (path) => {
    const base = `src/${path.slice('#platform/'.length)}`;
    const web = exported(`${base}.web.ts`);
    expect(web.length).toBeGreaterThan(0);
    expect(exported(`${base}.node.ts`)).toEqual(expect.arrayContaining(web));
  });
});
