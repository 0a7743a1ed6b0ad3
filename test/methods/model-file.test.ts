// The .iad file: what goes in comes out bit for bit, and whatever is not such a file is refused by the right name.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import type { RawTensor } from '../../src/backbones/formats/tensor.js';
import { useBackend } from '../../src/kernels/backend.js';
import { decodePatchCore } from '../../src/methods/patchcore/file.js';
import { PatchCore } from '../../src/methods/patchcore/index.js';
import { loadMethod } from '../../src/methods/registry.js';
import { Random } from '../../src/runtime/random.js';
import { content, smallParts, smallPatchCore } from '../helpers/small-parts.js';

const cloth = smallParts('cloth', { train: 5, testGood: 1, testPerDefect: 1 });
let folder = '';
let model: PatchCore;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'model-'));
  model = smallPatchCore({ coresetCount: 20 });
  await model.fit(cloth.train, { workers: 1 });
  bytes = await model.toBytes();
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** The error of reading these bytes; fails if they are read. */
async function refusal(data: Uint8Array, path = 'm.iad'): Promise<{ code: string; message: string }> {
  return decodePatchCore(new Uint8Array(data), path).then(
    () => expect.unreachable('it was read'),
    (error) => error,
  );
}

/** The file with another description or other tensors, and the digest that fits them. */
function forged(
  change: (block: Record<string, unknown>, tensors: Map<string, RawTensor>) => unknown,
): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = readSafetensors(bytes);
  const copies = new Map(tensors);
  const block = JSON.parse(metadata.iad!);
  const iad = change(block, copies) ?? block;
  const blank = '0'.repeat(64);
  const text = typeof iad === 'string' ? iad : JSON.stringify(iad);
  const file = writeSafetensors(copies, { sha256: blank, iad: text });
  const digest = createHash('sha256').update(file).digest('hex');
  file.set(Buffer.from(digest), Buffer.from(file.buffer).indexOf(blank));
  return file;
}

describe('a model file', () => {
  test('gives back the model: same bytes, same predictions, same thresholds', async () => {
    const path = join(folder, 'new', 'm.iad');
    await model.save(path);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
    const loaded = await PatchCore.load(path);
    expect(loaded.config).toEqual(model.config);
    expect([loaded.thresholds, loaded.memoryBank, loaded.backbone]).toEqual([
      model.thresholds,
      model.memoryBank,
      model.backbone,
    ]);
    expect(await loaded.toBytes()).toEqual(bytes);
    const before = await model.predict(cloth.test, { workers: 1 });
    expect((await loaded.predict(cloth.test, { workers: 1 })).map(content)).toEqual(before.map(content));
    loaded.dispose();
    const byName = await loadMethod(path);
    expect(byName.info.id).toBe('patchcore');
    byName.dispose();
  });

  test('can be learned on from', async () => {
    const loaded = await PatchCore.fromBytes(bytes);
    const one = smallPatchCore({ coresetCount: 20 });
    await one.fit(cloth.train, { workers: 1 });
    const more = smallParts('cloth', { train: 8, testGood: 0, testPerDefect: 0 }).train.slice(5);
    await Promise.all([loaded.update(more, { workers: 1 }), one.update(more, { workers: 1 })]);
    expect(await loaded.toBytes()).toEqual(await one.toBytes());
  });

  test('is read from a Buffer as from any bytes, and leaves it as it was', async () => {
    const buffer = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3);
    const loaded = await PatchCore.fromBytes(buffer);
    expect(await loaded.toBytes()).toEqual(bytes);
    expect(new Uint8Array(buffer)).toEqual(bytes);
  });

  test('without calibration stays without', async () => {
    const plain = smallPatchCore({ coresetCount: 5, calibrationShare: 0 });
    await plain.fit(cloth.train.slice(0, 1), { workers: 1 });
    const loaded = await PatchCore.fromBytes(await plain.toBytes());
    expect(loaded.thresholds).toBeNull();
  });
});

describe('is refused:', () => {
  test('cut short at any length', async () => {
    const random = new Random(1);
    const lengths = [
      0,
      1,
      7,
      8,
      9,
      100,
      bytes.length - 1,
      ...Array.from({ length: 40 }, () => random.below(bytes.length)),
    ];
    for (const length of lengths) expect(await refusal(bytes.slice(0, length))).toMatchObject({ code: 'MODEL_FORMAT' });
    expect(await refusal(Buffer.concat([bytes, Buffer.alloc(1)]))).toMatchObject({ code: 'MODEL_FORMAT' });
  });

  test('with a single bit turned, anywhere', async () => {
    const random = new Random(2);
    const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const places = [
      ...Array.from({ length: 64 }, (_, bit) => bit),
      ...Array.from({ length: 200 }, () => 64 + random.below(8 * headerEnd - 64)),
      ...Array.from({ length: 60 }, () => 8 * headerEnd + random.below(8 * (bytes.length - headerEnd))),
    ];
    for (const place of places) {
      const damaged = bytes.slice();
      damaged[place >> 3]! ^= 1 << (place & 7);
      expect((await refusal(damaged)).code, `bit ${place}`).toBeOneOf(['MODEL_FORMAT', 'MODEL_CORRUPT']);
    }
    const data = bytes.slice();
    data[headerEnd + 5]! ^= 1;
    expect(await refusal(data, 'my.iad')).toMatchObject({ code: 'MODEL_CORRUPT', path: 'my.iad' });
  });

  test('a header that claims more than there is', async () => {
    for (const claim of [2n ** 64n - 1n, 2n ** 40n, BigInt(bytes.length), 200_000_000n]) {
      const file = bytes.slice();
      new DataView(file.buffer).setBigUint64(0, claim, true);
      expect(await refusal(file)).toMatchObject({ code: 'MODEL_FORMAT' });
    }
  });

  test('something else: text, zeros, another safetensors file', async () => {
    const tensor: RawTensor = { dtype: 'F32', shape: [1], data: new Uint8Array(4) };
    const foreign = [
      Buffer.from('this is no model, it is a letter'),
      Buffer.alloc(5000),
      writeSafetensors(new Map([['bank', tensor]])),
      writeSafetensors(new Map([['bank', tensor]]), { iad: '{}' }),
    ];
    for (const file of foreign) expect(await refusal(file)).toMatchObject({ code: 'MODEL_FORMAT' });
  });

  test('a newer schema', async () => {
    const newer = forged((block) => ({ ...block, schemaVersion: 2, further: true }));
    expect(await refusal(newer)).toMatchObject({ code: 'MODEL_VERSION' });
    expect((await refusal(newer)).message).toMatch(/schema version 2, this library reads 1.*Update/);
  });

  test('nothing is refused of what was only written again', async () => {
    expect(
      (
        await decodePatchCore(
          forged(() => undefined),
          'm',
        )
      ).learned.patches,
    ).toBe(256);
  });

  const tensor = (shape: number[], values: number[]): RawTensor => ({
    dtype: 'F32',
    shape,
    data: new Uint8Array(Float32Array.from(values).buffer),
  });
  test.each<[string, Parameters<typeof forged>[0]]>([
    ['no JSON', () => '{"schemaVersion":1,'],
    ['JSON of another kind', () => 'null'],
    ['no schema version', () => ({})],
    ['a field missing', ({ state: _, ...block }) => block],
    ['another method', (block) => ({ ...block, method: 'padim' })],
    ['an odd hash', (block) => ({ ...block, backbone: { id: 'x', hash: '../../x' } })],
    ['an odd state', (block) => ({ ...block, state: { patches: -1, selectionDimension: null } })],
    [
      'a selection in more dimensions than there are',
      (block) => ({ ...block, state: { ...Object(block.state), selectionDimension: 2 ** 40 } }),
    ],
    ['an unknown option', (block) => ({ ...block, config: { ...Object(block.config), run: 'rm' } })],
    ['an option out of range', (block) => ({ ...block, config: { ...Object(block.config), inputSize: 1e9 } })],
    ['no configuration', (block) => ({ ...block, config: 'all of it' })],
    ['no bank', (_, tensors) => void tensors.delete('bank')],
    ['an empty bank', (_, tensors) => void tensors.set('bank', tensor([0, 1024], []))],
    ['a bank of one dimension', (_, tensors) => void tensors.set('bank', tensor([4], [1, 2, 3, 4]))],
    [
      'a bank of another type',
      (_, tensors) => void tensors.set('bank', { dtype: 'I32', shape: [1, 1], data: new Uint8Array(4) }),
    ],
    ['a bank of NaN', (_, tensors) => void tensors.set('bank', tensor([1, 1024], new Array(1024).fill(Number.NaN)))],
    [
      'a bank of infinities',
      (_, tensors) => void tensors.set('bank', tensor([1, 1024], new Array(1024).fill(Infinity))),
    ],
    [
      'half of infinity',
      (_, tensors) => void tensors.set('half', { dtype: 'F16', shape: [1], data: Uint8Array.of(0, 0xfc) }),
    ],
    ['scores without a pixel table', (_, tensors) => void tensors.delete('calibration.pixelQuantiles')],
    ['no scores', (_, tensors) => void tensors.set('calibration.scores', tensor([0], []))],
    ['scores out of order', (_, tensors) => void tensors.set('calibration.scores', tensor([2], [2, 1]))],
    ['scores of NaN', (_, tensors) => void tensors.set('calibration.scores', tensor([1], [Number.NaN]))],
  ])('made to fit its digest, but with %s', async (_, change) => {
    expect(await refusal(forged(change))).toMatchObject({ code: 'MODEL_FORMAT', path: 'm.iad' });
  });

  test('a bank that its configuration cannot have made', async () => {
    const narrow = forged((_, tensors) => void tensors.set('bank', tensor([1, 4], [1, 2, 3, 4])));
    await expect(PatchCore.fromBytes(narrow, 'n.iad')).rejects.toMatchObject({ code: 'MODEL_FORMAT', path: 'n.iad' });
  });

  test('weights that are not the ones it was fitted with', async () => {
    const other = forged((block) => ({ ...block, backbone: { id: 'resnet50.mine', hash: 'ab'.repeat(32) } }));
    const run = PatchCore.fromBytes(other, 'o.iad');
    await expect(run).rejects.toMatchObject({ code: 'MODEL_MISMATCH', path: 'o.iad' });
    await expect(PatchCore.fromBytes(other, 'o.iad')).rejects.toThrow(
      /resnet50\.mine of hash abababab, here it has be447233/,
    );
  });

  test('a missing file, a folder, an empty file', async () => {
    const missing = join(folder, 'missing.iad');
    await expect(PatchCore.load(missing)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', path: missing });
    await expect(PatchCore.load(folder)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', path: folder });
    await expect(loadMethod(missing)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    const empty = join(folder, 'empty.iad');
    await writeFile(empty, '');
    await expect(PatchCore.load(empty)).rejects.toMatchObject({ code: 'MODEL_FORMAT', path: empty });
  });
});

describe('saving', () => {
  test('replaces a file whole, and leaves it alone where it cannot', async () => {
    const place = join(folder, 'atomic');
    await mkdir(place);
    const path = join(place, 'm.iad');
    await writeFile(path, 'earlier');
    await model.save(path);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
    expect(await readdir(place)).toEqual(['m.iad']);
    // A folder of that name, and a file where a folder should be.
    await mkdir(join(place, 'taken.iad', 'inside'), { recursive: true });
    await expect(model.save(join(place, 'taken.iad'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    await expect(model.save(join(path, 'below.iad'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(new Uint8Array(await readFile(path))).toEqual(bytes);
    expect((await readdir(place)).sort()).toEqual(['m.iad', 'taken.iad']);
  });
});
