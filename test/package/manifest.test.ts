// What package.json promises, held against the sources.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { VERSION } from '../../src/runtime/version.js';
import { ROOT } from '../helpers/bundle.js';
import { exists, importsOf, SOURCES } from './sources.js';

const names = z.record(z.string(), z.string());
const Manifest = z.object({
  version: z.string(),
  dependencies: names,
  devDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.literal(true) })),
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string(), default: z.string() })])),
  bin: names,
});
const manifest = Manifest.parse(read('package.json'));

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** `@scope/name/file` and `name/file` to the package. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

test('the version in the code is that of the package', () => {
  expect(VERSION).toBe(manifest.version);
});

test('every package that is imported is declared, and every declared one is used', () => {
  const outside = SOURCES.flatMap(importsOf).filter(({ specifier }) => !/^(\.|#|node:)/.test(specifier));
  const imported = new Set(outside.map(({ specifier }) => packageOf(specifier)));
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  expect([...imported].filter((name) => !(name in declared))).toEqual([]);
  // These are found by name, not imported: a font file, and the bindings that are tried in turn.
  const text = SOURCES.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
  const typesOf = (name: string) => name.startsWith('@types/') && imported.has(name.slice('@types/'.length));
  expect(Object.keys(declared).filter((name) => !imported.has(name) && !text.includes(name) && !typesOf(name))).toEqual(
    [],
  );
});

test('a package whose types come from elsewhere brings them along where it shows in ours', () => {
  expect(Object.keys(manifest.dependencies)).toContain('@types/ndarray');
});

test('every peer is optional', () => {
  expect(Object.keys(manifest.peerDependenciesMeta).sort()).toEqual(Object.keys(manifest.peerDependencies).sort());
});

test('every entry leads to a file of the build, its types first', () => {
  for (const target of Object.values(manifest.exports)) {
    if (typeof target === 'string') expect(exists(target.replace(/\/\*$/, ''))).toBe(true);
    else {
      expect(Object.keys(target)).toEqual(['types', 'default']);
      expect(exists(target.types) && exists(target.default), `${target.default}: run \`npm run build\``).toBe(true);
      expect(target.types.replace(/\.d\.ts$/, '')).toBe(target.default.replace(/\.js$/, ''));
    }
  }
  for (const target of Object.values(manifest.bin)) {
    expect(readFileSync(join(ROOT, target), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  }
});

const Lock = z.object({
  packages: z.record(z.string(), z.looseObject({ optionalDependencies: names.optional() })),
});
const lock = Lock.parse(read('package-lock.json')).packages;

test('the lock file names versions and hashes, not the hosts they came from', () => {
  expect(Object.keys(lock).length).toBeGreaterThan(100);
  expect(Object.keys(lock).filter((path) => path !== '' && lock[path] && 'resolved' in lock[path])).toEqual([]);
});

test('the lock file holds the builds for all platforms, without which `npm ci` calls it out of step', () => {
  const optional = Object.values(lock).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies));
  expect(optional.length).toBeGreaterThan(10);
  const locked = new Set(Object.keys(lock).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  expect(optional.filter((name) => !locked.has(name))).toEqual([]);
});
