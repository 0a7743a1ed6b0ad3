import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { VISIBLE_LEVELS } from '../../src/data/synth/mask.js';
import { synthImage } from '../../src/data/synth/render.js';
import { type DefectName, SYNTH_DEFECTS, SYNTH_KINDS, type SynthKind } from '../../src/data/synth/types.js';

const SIZE = 128;
const CASES = SYNTH_KINDS.flatMap((kind) => SYNTH_DEFECTS[kind].map((defect) => ({ kind, defect })));
const sha = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
};
const share = (mask: Uint8Array) => mask.reduce((sum, value) => sum + value, 0) / mask.length;

// A change here changes every dataset made from a seed: it is a change of the format, to be told in the release notes.
const FIXTURES: Record<SynthKind, { good: string; defect: DefectName; bad: string }> = {
  cloth: { good: '04dd02a95f7ec843', defect: 'hole', bad: 'ed561cae0aebb972' },
  metal: { good: 'a0463cb5f47d9b14', defect: 'scratch', bad: 'a0a36225eaeaa7fd' },
  wood: { good: 'a3a28d739361dc2e', defect: 'crack', bad: '23a88307b3881a0a' },
  board: { good: '79e88ae1180d8c84', defect: 'misplaced', bad: '9b587999917af7bf' },
  tray: { good: '4f9d8f9ba7874e80', defect: 'missing', bad: '01a3eb997a666966' },
};

describe.each(SYNTH_KINDS)('%s', (kind) => {
  test('has the recorded bytes', () => {
    const { defect, good, bad } = FIXTURES[kind];
    const plain = synthImage({ kind, seed: 7, index: 2, size: 96 });
    const spoilt = synthImage({ kind, seed: 7, index: 2, size: 96, defect });
    expect({ good: sha(plain.image.data), bad: sha(spoilt.image.data, spoilt.mask.data) }).toEqual({ good, bad });
  });

  test('is a function of kind, seed and index', () => {
    const bytes = (seed: number, index: number) => sha(synthImage({ kind, seed, index, size: 64 }).image.data);
    expect(bytes(1, 0)).toBe(bytes(1, 0));
    expect(new Set([bytes(1, 0), bytes(2, 0), bytes(1, 1)]).size).toBe(3);
  });

  test('a good part has an empty mask and uses the range of grey levels', () => {
    const { image, mask } = synthImage({ kind, seed: 3, index: 0, size: SIZE });
    expect([image.width, image.height, image.data.length]).toEqual([SIZE, SIZE, 3 * SIZE * SIZE]);
    expect([mask.width, mask.height, mask.data.length]).toEqual([SIZE, SIZE, SIZE * SIZE]);
    expect(share(mask.data)).toBe(0);
    const mean = image.data.reduce((sum, value) => sum + value, 0) / image.data.length;
    const variance = image.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / image.data.length;
    expect(mean).toBeGreaterThan(60);
    expect(mean).toBeLessThan(200);
    expect(Math.sqrt(variance)).toBeGreaterThan(6);
    const clipped = image.data.reduce((sum, value) => sum + (value === 255 || value === 0 ? 1 : 0), 0);
    expect(clipped / image.data.length).toBeLessThan(0.02);
  });

  test('keeps its look at another size', () => {
    // Means of 16 x 16 blocks of the frame: the same part in the same light at half the size.
    const blocks = (size: number) => {
      const { data } = synthImage({ kind, seed: 5, index: 1, size }).image;
      const out = new Float64Array(256);
      for (let i = 0; i < size * size; i++) {
        const block = Math.floor((16 * Math.floor(i / size)) / size) * 16 + Math.floor((16 * (i % size)) / size);
        out[block]! += (data[3 * i + 1]! * 256) / (size * size);
      }
      return out;
    };
    const small = blocks(128);
    const large = blocks(256);
    const apart = small.reduce((sum, value, i) => sum + Math.abs(value - large[i]!), 0) / 256;
    expect(apart).toBeLessThan(5);
  });
});

describe.each(CASES)('$kind with $defect', ({ kind, defect }) => {
  test('changes the good part only where the mask says, beyond what is visible', () => {
    for (let seed = 0; seed < 3; seed++) {
      const good = synthImage({ kind, seed, index: 3, size: SIZE }).image.data;
      const { image, mask } = synthImage({ kind, seed, index: 3, size: SIZE, defect });
      const near = dilate(mask.data, SIZE, SIZE / 8);
      let visible = 0;
      for (let i = 0; i < mask.data.length; i++) {
        let change = 0;
        for (let c = 0; c < 3; c++) change = Math.max(change, Math.abs(image.data[3 * i + c]! - good[3 * i + c]!));
        if (mask.data[i]) visible = Math.max(visible, change);
        else expect(change).toBeLessThanOrEqual(near[i] ? VISIBLE_LEVELS : 0);
      }
      expect(visible).toBeGreaterThan(2 * VISIBLE_LEVELS);
    }
  });

  test('has a mask of sensible area at any seed', () => {
    for (let seed = 10; seed < 18; seed++) {
      const { mask } = synthImage({ kind, seed, index: seed, size: 64, defect });
      expect(mask.data.every((value) => value === 0 || value === 1)).toBe(true);
      expect(share(mask.data)).toBeGreaterThanOrEqual(0.0005);
      expect(share(mask.data)).toBeLessThanOrEqual(0.25);
    }
  });
});

test('bad options are named', () => {
  const good = { kind: 'metal', seed: 0, index: 0, size: 64 } as const;
  const kind: string = 'glass';
  expect(() => synthImage({ ...good, kind: kind as SynthKind })).toThrow(/BAD_ARGUMENT.*kind.*glass/);
  expect(() => synthImage({ ...good, defect: 'missing' })).toThrow(
    /BAD_ARGUMENT.*defect.*metal has no defect 'missing'/,
  );
  expect(() => synthImage({ ...good, size: 63 })).toThrow(/BAD_ARGUMENT.*size.*63/);
  expect(() => synthImage({ ...good, size: 2049 })).toThrow(/size/);
  expect(() => synthImage({ ...good, index: -1 })).toThrow(/index/);
  expect(() => synthImage({ ...good, seed: 0.5 })).toThrow(/seed/);
});

function dilate(mask: Uint8Array, size: number, radius: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let at = 0; at < mask.length; at++) {
    if (!mask[at]) continue;
    const x = at % size;
    const y = Math.floor(at / size);
    for (let row = Math.max(0, y - radius); row <= Math.min(size - 1, y + radius); row++) {
      out.fill(1, row * size + Math.max(0, x - radius), row * size + Math.min(size, x + radius + 1));
    }
  }
  return out;
}
