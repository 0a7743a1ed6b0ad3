// Files as torch and safetensors write them, and files that lie. Made by test/reference/backbone_formats.py.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readLayersModel } from '../../src/backbones/formats/layers-model.js';
import { readSafetensors, writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import { type RawTensor, type TensorMap, toFloat32 } from '../../src/backbones/formats/tensor.js';
import { readTorch } from '../../src/backbones/formats/torch.js';
import { readStoredZip } from '../../src/backbones/formats/zip.js';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/backbones/${name}`, import.meta.url)));

const TRUTH: { values: Record<string, (number | string)[]>; shapes: Record<string, number[]> } = JSON.parse(
  new TextDecoder().decode(fixture('tiny.json')),
);

function expectTruth(tensors: TensorMap): void {
  expect([...tensors.keys()].sort()).toEqual(Object.keys(TRUTH.shapes).sort());
  for (const [name, tensor] of tensors) {
    expect(tensor.shape, name).toEqual(TRUTH.shapes[name]);
    if (tensor.dtype === 'I64') {
      expect(() => toFloat32(tensor, name, 'file')).toThrow(/WEIGHTS_FORMAT.*count has dtype I64/);
      continue;
    }
    const expected = TRUTH.values[name]?.map((value) => Math.fround(Number(value)));
    expect([...toFloat32(tensor, name, 'file')], name).toEqual(expected);
  }
}

const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('safetensors', () => {
  it('reads what the reference implementation wrote', () => {
    const { tensors, metadata } = readSafetensors(fixture('tiny.safetensors'));
    expectTruth(tensors);
    expect(metadata).toEqual({ format: 'pt', note: 'tiny' });
  });

  it('reads back what it wrote, each tensor aligned to its element', () => {
    const tensors = new Map<string, RawTensor>([
      ['flags', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) }],
      ['__proto__', { dtype: 'F32', shape: [2, 1], data: floats(1.5, -2) }],
      ['scalar', { dtype: 'F64', shape: [], data: new Uint8Array(Float64Array.of(Math.PI).buffer) }],
      ['none', { dtype: 'F32', shape: [0, 4], data: new Uint8Array(0) }],
    ]);
    const bytes = writeSafetensors(tensors, { method: 'x' });
    const file = readSafetensors(bytes);
    expect(file.metadata).toEqual({ method: 'x' });
    expect(new Set(file.tensors.keys())).toEqual(new Set(tensors.keys()));
    for (const [name, tensor] of tensors) expect(file.tensors.get(name)).toEqual(tensor);
    expect((file.tensors.get('scalar')?.data.byteOffset ?? 1) % 8).toBe(0);
    expect(writeSafetensors(tensors, { method: 'x' })).toEqual(bytes);
  });

  it('writes no tensor whose bytes do not match its shape', () => {
    const wrong = new Map<string, RawTensor>([['a', { dtype: 'F32', shape: [3], data: floats(1, 2) }]]);
    expect(() => writeSafetensors(wrong)).toThrow(/BAD_ARGUMENT.*tensor a: 8 bytes for F32 \[3\]/);
  });

  const build = (header: unknown, data: number): Uint8Array => {
    const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + json.length + data);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
    bytes.set(json, 8);
    return bytes;
  };
  const one = (shape: number[], begin: number, end: number, dtype = 'F32') => ({
    a: { dtype, shape, data_offsets: [begin, end] },
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['overlapping offsets', fixture('hostile-overlap.safetensors'), /tensor b begins at 4, not at 8/],
    ['a header of 2^63 bytes', fixture('hostile-length.safetensors'), /header claims 9223372036854775808 bytes/],
    ['an empty file', new Uint8Array(0), /0 bytes are no safetensors/],
    ['a file cut short', fixture('tiny.safetensors').subarray(0, -1), /is cut short/],
    ['bytes after the last tensor', build(one([1], 0, 4), 5), /1 bytes at the end/],
    ['a hole before a tensor', build(one([1], 4, 8), 8), /begins at 4, not at 0/],
    ['offsets that run backwards', build(one([1], 8, 4), 8), /does not fill/],
    ['a shape whose product overflows', build(one([2 ** 40, 2 ** 40], 0, 4), 4), /does not fill/],
    ['a negative size', build(one([-1, -1], 0, 4), 4), /does not fill/],
    ['a fraction as size', build(one([0.5, 2], 0, 4), 4), /does not fill/],
    ['an unknown dtype', build(one([1], 0, 4, 'F7'), 4), /tensor a/],
    ['a header that is no JSON', build('{"a"', 0), /not JSON/],
    ['a header that is a list', build('[]', 0), /no JSON object/],
    ['metadata that is not text', build({ __metadata__: { a: 1 } }, 0), /not a map of strings/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, { path: 'x', code: 'MODEL_CORRUPT' })).toThrow(message);
    expect(() => readSafetensors(bytes, { path: 'x', code: 'MODEL_CORRUPT' })).toThrow(/^\[MODEL_CORRUPT\] x: /);
  });
});

describe('torch state dicts', () => {
  it.each(['tiny.pth', 'tiny-legacy.pth'])('reads %s', (name) => {
    expectTruth(readTorch(fixture(name), name));
  });

  it("reads a module's state dict with its attributes", () => {
    const tensors = readTorch(fixture('tiny-module.pth'), 'tiny-module.pth');
    expect(tensors.get('0.weight')?.shape).toEqual([2, 3, 3, 3]);
    expect(tensors.get('1.num_batches_tracked')).toMatchObject({ dtype: 'I64', shape: [] });
    const bias = tensors.get('0.bias');
    expect(bias && [...toFloat32(bias, '0.bias', '')]).toEqual([100, 101]);
  });

  it.each<[string, RegExp]>([
    ['hostile-system.pth', /asks for (posix|nt)\.system, .* it was not run/],
    ['hostile-system-legacy.pth', /asks for (posix|nt)\.system, .* it was not run/],
    ['hostile-bounds.pth', /tensor weight: \[8\] from element 0 reaches outside its storage/],
    ['hostile-strides.pth', /tensor weight is not contiguous/],
  ])('refuses %s', (name, message) => {
    expect(() => readTorch(fixture(name), name)).toThrow(message);
    expect(() => readTorch(fixture(name), name)).toThrow(/WEIGHTS_FORMAT/);
  });

  it.each(['tiny.pth', 'tiny-legacy.pth'])('refuses %s cut anywhere', (name) => {
    const whole = fixture(name);
    for (let length = 2; length < whole.length; length += 37) {
      expect(() => readTorch(whole.subarray(0, length), name), `${length}`).toThrow(/^\[WEIGHTS_FORMAT\]/);
    }
  });

  it.each(['tiny.pth', 'tiny-legacy.pth', 'tiny-module.pth'])(
    'never throws anything else for %s with a byte changed',
    (name) => {
      const whole = fixture(name);
      let refused = 0;
      for (let at = 0; at < whole.length; at++) {
        const damaged = whole.slice();
        damaged[at] = (damaged[at] ?? 0) ^ 0xff;
        try {
          readTorch(damaged, name);
        } catch (error) {
          expect(String(error), `${at}`).toMatch(/\[WEIGHTS_FORMAT\]/);
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(100);
    },
  );

  it('refuses a compressed zip entry', () => {
    const zip = fixture('tiny.pth');
    const view = new DataView(zip.buffer);
    for (let at = 0; at + 4 <= zip.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint16(at + 10, 8, true);
    }
    expect(() => readStoredZip(zip, 'x')).toThrow(/is compressed or encrypted/);
  });
});

describe('TensorFlow.js layers models', () => {
  const model = (weights: unknown[], paths = ['a.bin', 'b.bin'], epsilons = [0.001]): Uint8Array =>
    new TextEncoder().encode(
      JSON.stringify({
        modelTopology: {
          model_config: {
            config: {
              layers: epsilons.map((epsilon) => ({ class_name: 'BatchNormalization', config: { epsilon } })),
            },
          },
        },
        weightsManifest: [{ paths, weights }],
      }),
    );
  const shards = async (name: string): Promise<Uint8Array> => (name === 'a.bin' ? floats(1, 2) : floats(3));
  const weight = (name: string, shape: number[], more = {}) => ({ name, shape, dtype: 'float32', ...more });

  it('reads tensors that lie across shards', async () => {
    const json = model([weight('x', [1]), weight('y', [2, 1])]);
    const { tensors, batchNormEpsilon } = await readLayersModel(json, shards, 'm');
    expect(batchNormEpsilon).toBe(0.001);
    const y = tensors.get('y');
    expect(y && [...toFloat32(y, 'y', 'm')]).toEqual([2, 3]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['shards of another length', model([weight('x', [4])]), /hold 12 bytes, the shapes need 16/],
    ['quantised weights', model([weight('x', [3], { quantization: { scale: 1 } })]), /not plain float32/],
    ['sizes that are no numbers of things', model([weight('x', [-3])]), /not plain float32/],
    ['shard names that are paths', model([weight('x', [3])], ['../a.bin']), /"\.\.\/a\.bin" is not a bare file name/],
    ['two epsilons', model([weight('x', [3])], undefined, [0.001, 0.1]), /share one positive epsilon/],
    ['a weight listed twice', model([weight('x', [1]), weight('x', [2])]), /x is listed twice/],
    ['other JSON', new TextEncoder().encode('{}'), /not a TensorFlow.js Layers model/],
  ])('refuses %s', async (_, json, message) => {
    await expect(readLayersModel(json, shards, 'm')).rejects.toThrow(message);
    await expect(readLayersModel(json, shards, 'm')).rejects.toThrow(/^\[WEIGHTS_FORMAT\] m: /);
  });
});
