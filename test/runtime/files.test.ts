import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IadError } from '../../src/runtime/errors.js';
import { readFileBytes, writeFileAtomic } from '../../src/runtime/files.node.js';
import { writeFileAtomic as writeInBrowser } from '../../src/runtime/files.web.js';
import { writeError } from '../../src/runtime/writing.node.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const LIMITS = { maxBytes: 10, missing: 'MODEL_NOT_FOUND', tooLarge: 'MODEL_FORMAT' } as const;

describe('readFileBytes', () => {
  test('reads up to the limit, into memory of its own', async () => {
    const path = join(folder, 'a');
    await writeFile(path, '0123456789');
    const bytes = await readFileBytes(path, LIMITS);
    expect(Buffer.from(bytes).toString()).toBe('0123456789');
    expect(bytes.constructor).toBe(Uint8Array);
    await writeFile(path, '0123456789a');
    await expect(readFileBytes(path, LIMITS)).rejects.toMatchObject({ code: 'MODEL_FORMAT', path });
    await expect(readFileBytes(path, LIMITS)).rejects.toThrow(/11 bytes, the limit is 10/);
  });

  test('a missing file and a folder are told by name', async () => {
    await expect(readFileBytes(join(folder, 'b'), LIMITS)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(readFileBytes(folder, LIMITS)).rejects.toThrow(/MODEL_NOT_FOUND.*not a file/);
  });
});

describe('writeFileAtomic', () => {
  test('makes the folder, writes the chunks one after another and nothing beside', async () => {
    const path = join(folder, 'x', 'y', 'f');
    await writeFileAtomic(path, [Buffer.from('ab'), Buffer.from(''), Buffer.from('c')]);
    expect(await readFile(path, 'utf8')).toBe('abc');
    expect(await readdir(join(folder, 'x', 'y'))).toEqual(['f']);
  });

  test('keeps the earlier file when the chunks end in an error', async () => {
    const path = join(folder, 'f');
    await writeFile(path, 'earlier');
    function* chunks() {
      yield Buffer.from('half');
      throw new Error('out of ideas');
    }
    await expect(writeFileAtomic(path, chunks())).rejects.toThrow(/WRITE_FAILED.*out of ideas/);
    expect(await readFile(path, 'utf8')).toBe('earlier');
    expect(await readdir(folder)).toEqual(['f']);
  });

  test('refuses a folder as the file, and a file as the folder', async () => {
    await mkdir(join(folder, 'd', 'e'), { recursive: true });
    await expect(writeFileAtomic(join(folder, 'd'), [])).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    await writeFile(join(folder, 'f'), 'a file');
    await expect(writeFileAtomic(join(folder, 'f', 'g'), [])).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect((await readdir(folder)).sort()).toEqual(['d', 'f']);
  });

  test('two at once leave one of them whole', async () => {
    const path = join(folder, 'f');
    const texts = ['a'.repeat(100_000), 'b'.repeat(100_000)];
    await Promise.all(texts.map((text) => writeFileAtomic(path, [Buffer.from(text)])));
    expect(texts).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['f']);
  });

  test('a full disk has a code of its own; errors of ours pass', () => {
    const full = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' });
    expect(writeError('p', full)).toMatchObject({ code: 'DISK_FULL', path: 'p' });
    const ours = new IadError('ABORTED', 'stopped');
    expect(writeError('p', ours)).toBe(ours);
    expect(writeError('p', 'odd').message).toMatch(/WRITE_FAILED\] p: cannot be written \(odd\)/);
  });

  test('is refused by name in a browser', async () => {
    await expect(writeInBrowser('p', [])).rejects.toMatchObject({ code: 'NODE_ONLY' });
  });
});
