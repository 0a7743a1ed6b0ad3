// Real features for the kernel benchmark, from PatchCore on the magnetic tile defects (MTD): npm run bench:features -- --data <MTD> --out <folder>
//
// Raw little-endian float32: coreset.f32 [596624, 128], all training patches projected as for the coreset; bank.f32 [5966, 1024], the
// memory bank at 1 %; queries.f32 [7840, 1024], the patches of ten test images. Then IAD_TF_BENCH_FEATURES=<folder> npm run bench -- --sizes real
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../src/data/dataset.js';
import { useBackend } from '../src/kernels/backend.js';
import { type PatchCoreOptions, resolvePatchCoreConfig } from '../src/methods/patchcore/config.js';
import { selectRows } from '../src/methods/patchcore/coreset.js';
import { FeatureCache } from './features.js';
import { gatherPatches, selectionRows } from './patches.js';

const { values } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' } } });
const { data, out } = values;
if (!data || !out) throw new Error('--data and --out are needed');

const options = {
  geometry: 'stretch',
  resize: 256,
  inputSize: 224,
  layers: ['layer2', 'layer3'],
  projection: 128,
  seed: 0,
} satisfies PatchCoreOptions;
const config = resolvePatchCoreConfig(options);
await useBackend('wasm');
mkdirSync(out, { recursive: true });
const all = await openDataset(data, { layout: 'mtd', split: 'differnet', seed: 0 });
// Good ones and defective ones.
const dataset = { ...all, test: [...all.test.slice(0, 5), ...all.test.slice(-5)] };
const note = (text: string) => process.stderr.write(`${text}\n`);
const features = await FeatureCache.open(out, 'features', dataset, options, note);
const { dimension } = features;
const of = (id: string) => features.patches(id).embedding;
const train = dataset.train.map(({ id }) => of(id));
const { rows, columns } = await selectionRows(train, dimension, config);
write('coreset', [rows]);
write(
  'queries',
  dataset.test.map(({ id }) => of(id)),
);
const count = Math.floor(rows.length / columns / 100);
const picks = await selectRows(rows, columns, count, config, { onProgress: undefined, signal: undefined });
write('bank', [gatherPatches(train, dimension, picks)]);
features.close();

function write(name: string, parts: readonly Float32Array[]): void {
  const path = join(out ?? '', `${name}.f32`);
  writeFileSync(
    `${path}.part`,
    Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength))),
  );
  renameSync(`${path}.part`, path);
}
