// The feature cache: what it keeps, what it forgets, what it does not believe, on disk and in memory.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import { FeatureCache } from '../../src/methods/parts/feature-cache/cache.js';
import { decodeEntry, encodeEntry, entryName, keyText, pack } from '../../src/methods/parts/feature-cache/entry.js';
import { type FeatureKey, type FeatureMaps, openFeatureCache } from '../../src/methods/parts/feature-cache/index.js';
import { openStore as openInBrowser } from '../../src/methods/parts/feature-cache/store.web.js';
import { ROOT } from '../helpers/bundle.js';
import { madeKey, madeMaps, sameMaps } from '../helpers/features.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'features-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entries = async () => (await readdir(folder)).filter((name) => name.endsWith('.features'));
const bytesKept = async () => {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};
const never = async (): Promise<FeatureMaps> => {
  throw new Error('computed again');
};
const fileOf = async (key: FeatureKey) => join(folder, `${await entryName(keyText(key, 'layer1'))}.features`);
/** Of a key's layers together. */
const entrySize = async () => {
  const entries = [...madeMaps(0)].map(([layer, map]) => encodeEntry(keyText(madeKey(0), layer), pack(map)));
  return (await Promise.all(entries)).reduce((sum, { length }) => sum + length, 0);
};

describe.each(['disk', 'memory'] as const)('%s', (place) => {
  const open = async (maxBytes = 2 ** 20) =>
    place === 'disk' ? openFeatureCache({ folder, maxBytes }) : new FeatureCache(await openInBrowser({ maxBytes }));

  test('computes once, then gives the same values', async () => {
    const cache = await open();
    const key = madeKey(1);
    expect(sameMaps(await cache.get(key, async () => madeMaps(1)), madeMaps(1))).toBe(true);
    expect(sameMaps(await cache.get(key, never), madeMaps(1))).toBe(true);
    expect(cache.counts).toEqual({ hits: 1, misses: 1 });
  });

  test('what was not used for longest goes first', async () => {
    const size = await entrySize();
    const cache = await open(Math.floor(4.5 * size));
    const ask = (view: number) => cache.get(madeKey(view), async () => madeMaps(view));
    for (const view of [0, 1, 2, 3]) await ask(view);
    await ask(0);
    await ask(4);
    const before = cache.counts;
    for (const view of [0, 2, 3, 4]) await cache.get(madeKey(view), never);
    expect(cache.counts).toEqual({ hits: before.hits + 4, misses: before.misses });
    await expect(cache.get(madeKey(1), never)).rejects.toThrow('computed again');
  });

  test('what is larger than the bound is computed and not kept', async () => {
    const cache = await open(100);
    for (let i = 0; i < 2; i++) await cache.get(madeKey(0), async () => madeMaps(0));
    expect(cache.counts).toEqual({ hits: 0, misses: 2 });
  });

  test('a failed computation is told and leaves nothing behind', async () => {
    const cache = await open();
    await expect(cache.get(madeKey(0), never)).rejects.toThrow('computed again');
    await expect(cache.get(madeKey(0), async () => new Map())).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(await entries()).toEqual([]);
    expect(sameMaps(await cache.get(madeKey(0), async () => madeMaps(0)), madeMaps(0))).toBe(true);
  });

  test('the same key twice at once is computed once', async () => {
    const cache = await open();
    let computed = 0;
    const compute = async () => {
      computed++;
      return madeMaps(0);
    };
    const both = await Promise.all([cache.get(madeKey(0), compute), cache.get(madeKey(0), compute)]);
    expect(computed).toBe(1);
    expect(sameMaps(both[0], both[1])).toBe(true);
  });
});

test('layers are kept by themselves: only those are computed that nobody asked for before', async () => {
  const cache = await openFeatureCache({ folder });
  const asked: (readonly string[])[] = [];
  const compute = async (layers: readonly string[]) => {
    asked.push(layers);
    return madeMaps(1);
  };
  const key = madeKey(1);
  expect([...(await cache.get({ ...key, layers: ['layer2'] }, compute)).keys()]).toEqual(['layer2']);
  expect(sameMaps(await cache.get(key, compute), madeMaps(1))).toBe(true);
  expect([...(await cache.get({ ...key, layers: ['layer1'] }, never)).keys()]).toEqual(['layer1']);
  expect([...(await cache.get({ ...key, layers: ['layer2', 'layer1'] }, never)).keys()]).toEqual(['layer2', 'layer1']);
  expect(asked).toEqual([['layer2'], ['layer1']]);
  expect(cache.counts).toEqual({ hits: 2, misses: 2 });
  expect(await entries()).toHaveLength(2);
});

describe('values', () => {
  const key = { ...madeKey(0), layers: ['layer1'] } as const;
  const roundTrip = async (data: Float32Array) => {
    const cache = await openFeatureCache({ folder });
    const maps: FeatureMaps = new Map([['layer1', { shape: [1, 1, data.length], data }]]);
    const first = await cache.get(key, async () => maps);
    const second = await (await openFeatureCache({ folder })).get(key, never);
    expect(sameMaps(first, second)).toBe(true);
    return second.get('layer1')?.data ?? new Float32Array(0);
  };

  test('are those of float16: the same from the cache and not, within half a last place', async () => {
    const data = Float32Array.from({ length: 5000 }, (_, i) => (i - 2500) ** 3 / 3e6 + 1e-5 * i);
    const kept = await roundTrip(data);
    for (const [i, value] of data.entries()) {
      const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
      expect(Math.abs((kept[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(2 ** (exponent - 11));
    }
    // 2 bytes per value
    expect(await bytesKept()).toBeLessThan(2 * data.length + 600);
  });

  test('beyond 65504 keep their float32; infinities and NaN are kept in either', async () => {
    const large = Float32Array.of(1e6, 1 / 3, -7e4, Number.POSITIVE_INFINITY, Number.NaN);
    expect(await roundTrip(large)).toEqual(large);
    await rm(folder, { recursive: true });
    const small = Float32Array.of(65504, Number.NEGATIVE_INFINITY, Number.NaN, -0);
    expect(await roundTrip(small)).toEqual(small);
    await rm(folder, { recursive: true });
    expect((await roundTrip(Float32Array.of(1 / 3)))[0]).toBe(0.333251953125);
  });
});

describe('keys', () => {
  test('all that features depend on tells them apart', async () => {
    const key = madeKey(0);
    const others: FeatureKey[] = [
      key,
      { ...key, backbone: { layer1: 'd'.repeat(64) } },
      { ...key, backend: 'cpu' },
      { ...key, geometry: { ...key.geometry, mode: 'crop' } },
      { ...key, geometry: { ...key.geometry, inputSize: 33 } },
      { ...key, input: 'pyramid#0' },
      { ...key, input: 'pyramid#1' },
      { ...key, view: 1 },
      { ...key, image: 'file 2' },
    ];
    const texts = [...others.map((other) => keyText(other, 'layer1')), keyText(key, 'layer2')];
    const names = await Promise.all(texts.map(entryName));
    expect(new Set(names).size).toBe(others.length + 1);
  });

  test('what they do not depend on does not', () => {
    const key = madeKey(0);
    const text = keyText(key, 'layer1');
    expect(keyText({ ...key, layers: ['layer1'] }, 'layer1')).toBe(text);
    expect(keyText({ ...key, geometry: { ...key.geometry, resize: 300, tileOverlap: 0.5 } }, 'layer1')).toBe(text);
  });
});

describe('an entry that is not what it should be is computed anew and replaced', () => {
  const key = madeKey(0);
  const text = keyText(key, 'layer1');
  const digested = (file: Uint8Array) => Buffer.concat([createHash('sha256').update(file).digest(), Buffer.from(file)]);
  const tensor = pack(madeMaps(0).get('layer1')!);
  const tensors = new Map([['map', tensor]]);
  const other = new Map([['layer1', tensor]]);
  const flat = new Map([['map', { ...tensor, shape: [tensor.data.length / 2] }]]);
  const whole = new Map([['map', { ...tensor, dtype: 'I16' as const }]]);
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(2n ** 62n);

  const damaged: [string, (entry: Buffer) => Uint8Array][] = [
    ['empty', () => Buffer.alloc(0)],
    ['cut short', (entry) => entry.subarray(0, entry.length - 1)],
    ['longer', (entry) => Buffer.concat([entry, Buffer.alloc(1)])],
    ['a bit turned in the values', (entry) => turned(entry, entry.length - 5)],
    ['a bit turned in the header', (entry) => turned(entry, 50)],
    ['a bit turned in the digest', (entry) => turned(entry, 3)],
    ['only a digest', (entry) => entry.subarray(0, 32)],
    ['a digest of something else', () => digested(Buffer.from('not safetensors'))],
    ['a header of 4 EiB', () => digested(header)],
    ['no key', () => digested(writeSafetensors(tensors))],
    ["another key's", () => digested(writeSafetensors(tensors, { key: keyText(madeKey(1), 'layer1') }))],
    ["another layer's", () => digested(writeSafetensors(tensors, { key: keyText(key, 'layer2') }))],
    ['no map', () => digested(writeSafetensors(other, { key: text }))],
    ['of another rank', () => digested(writeSafetensors(flat, { key: text }))],
    ['of integers', () => digested(writeSafetensors(whole, { key: text }))],
  ];
  const turned = (entry: Buffer, at: number) => {
    const copy = Buffer.from(entry);
    copy[at]! ^= 4;
    return copy;
  };

  test.each(damaged)('%s', async (_, damage) => {
    const path = await fileOf(key);
    await (await openFeatureCache({ folder })).get(key, async () => madeMaps(0));
    const good = await readFile(path);
    await writeFile(path, damage(good));
    const cache = await openFeatureCache({ folder });
    expect(sameMaps(await cache.get(key, async () => madeMaps(0)), madeMaps(0))).toBe(true);
    expect(cache.counts).toEqual({ hits: 0, misses: 1 });
    expect(await readFile(path)).toEqual(good);
  });

  test('an undamaged one is read', async () => {
    expect(await decodeEntry(await encodeEntry(text, tensor), text)).toEqual(madeMaps(0).get('layer1'));
  });

  test('a link to nowhere is replaced, a folder cannot be', async () => {
    const path = await fileOf(key);
    await symlink(join(folder, 'nowhere'), path);
    const cache = await openFeatureCache({ folder });
    await cache.get(key, async () => madeMaps(0));
    await cache.get(key, never);
    await rm(path);
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(cache.get(key, async () => madeMaps(0))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});

describe('the folder', () => {
  test('never holds more than the bound, and keeps what is not ours', async () => {
    const size = await entrySize();
    const maxBytes = Math.floor(5.5 * size);
    await writeFile(join(folder, 'notes.txt'), 'mine');
    const cache = await openFeatureCache({ folder, maxBytes });
    for (let view = 0; view < 20; view++) {
      await cache.get(madeKey(view), async () => madeMaps(view));
      expect(await bytesKept()).toBeLessThanOrEqual(maxBytes + 4);
    }
    expect((await entries()).length).toBeGreaterThanOrEqual(4);
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    // A smaller bound, later: the next write makes the folder fit.
    const smaller = await openFeatureCache({ folder, maxBytes: 2 * size });
    await smaller.get(madeKey(99), async () => madeMaps(99));
    expect(await bytesKept()).toBeLessThanOrEqual(2 * size + 4);
    await smaller.get(madeKey(99), never);
  });

  test('is rid of what a killed process left, once it is old', async () => {
    const [old, fresh] = ['.0123456789ab.tmp', '.ba9876543210.tmp'].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    await writeFile(old, 'half');
    await writeFile(fresh, 'half');
    await utimes(old, 1e9, 1e9);
    await (await openFeatureCache({ folder })).get(madeKey(0), async () => madeMaps(0));
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual(['.ba9876543210.tmp']);
  });

  test('may vanish in between', async () => {
    const cache = await openFeatureCache({ folder });
    await cache.get(madeKey(0), async () => madeMaps(0));
    await rm(folder, { recursive: true });
    await cache.get(madeKey(0), async () => madeMaps(0));
    await cache.get(madeKey(0), never);
    expect(cache.counts).toEqual({ hits: 1, misses: 2 });
  });

  test('that cannot be one is refused at once, and so is a bound of nothing', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openFeatureCache({ folder: join(folder, 'file') })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    for (const maxBytes of [0, -1, 1.5, Number.NaN]) {
      await expect(openFeatureCache({ folder, maxBytes })).rejects.toMatchObject({ code: 'BAD_CONFIG' });
    }
  });

  test('is not for a browser', async () => {
    await expect(openInBrowser({ folder })).rejects.toMatchObject({ code: 'NODE_ONLY' });
  });

  test.each([
    ['with room for all', 40],
    ['with room for a few', 6],
  ])('serves several processes at once, %s', async (_, room) => {
    const size = await entrySize();
    const maxBytes = room * size;
    const run = promisify(execFile);
    const script = [
      'node_modules/tsx/dist/cli.mjs',
      '--tsconfig',
      'tsconfig.test.json',
      'test/helpers/cache-process.ts',
    ];
    const outputs = await Promise.all(
      [0, 1, 2].map((seed) =>
        run(process.execPath, [...script, folder, '30', String(maxBytes), String(seed)], { cwd: ROOT }),
      ),
    );
    const counts = outputs.map(({ stdout }) => JSON.parse(stdout));
    for (const { wrong, hits, misses } of counts)
      expect({ wrong, asked: hits + misses }).toEqual({ wrong: 0, asked: 30 });
    const names = await readdir(folder);
    expect(names.filter((name) => !name.endsWith('.features'))).toEqual([]);
    // Each process may be over by what it writes between two looks: a sixteenth, or the entry at hand.
    expect(await bytesKept()).toBeLessThanOrEqual(maxBytes + 3 * Math.max(maxBytes / 16, size));
    // Two layers of each key.
    if (room >= 30) expect(names.length).toBe(60);
  });
});
