// PatchCore on the magnetic tile defects (MTD): accuracy over seeds and splits, and what the choices matter.
//
//   npm run bench:mtd -- --data <MTD folder> --cache <folder> --split differnet --seeds 0,1,2,3,4 --ratios 0.01,0.1 --out <file.json>
//   ... --geometry crop|stretch|tile --input-size 224 --resize 256 --layers layer2,layer3 --variant official --tops 1,10 --reweights 1,9
//
// Embeddings are computed once per geometry and kept in the cache folder. One selection serves all ratios: the first picks of
// a longer selection are the shorter one. Nothing is tuned on test images; every configuration asked for is written down.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openDataset } from '../src/data/dataset.js';
import { loadMask } from '../src/data/load.js';
import type { Sample } from '../src/data/types.js';
import { evaluationMap, evaluationMask } from '../src/data/views.js';
import { useBackend } from '../src/kernels/backend.js';
import {
  type PatchCoreConfig,
  type PatchCoreOptions,
  resolvePatchCoreConfig,
} from '../src/methods/patchcore/config.js';
import { selectRows } from '../src/methods/patchcore/coreset.js';
import { Scorer } from '../src/methods/patchcore/scorer.js';
import { imageMetrics, PixelAccumulator } from '../src/metrics/index.js';
import { argumentsOf } from './arguments.js';
import { FeatureCache } from './features.js';
import { gatherPatches, selectionRows } from './patches.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    cache: { type: 'string' },
    out: { type: 'string' },
    split: { type: 'string', default: 'differnet' },
    seeds: { type: 'string', default: '0' },
    ratios: { type: 'string', default: '0.01' },
    geometry: { type: 'string', default: 'stretch' },
    resize: { type: 'string', default: '256' },
    'input-size': { type: 'string', default: '224' },
    layers: { type: 'string', default: 'layer2,layer3' },
    variant: { type: 'string', default: 'official' },
    'patch-size': { type: 'string', default: '3' },
    projection: { type: 'string', default: '128' },
    tops: { type: 'string', default: '1' },
    reweights: { type: 'string', default: '1' },
    neighbors: { type: 'string', default: '1' },
    'image-only': { type: 'boolean', default: false },
  },
});

const numbers = (text: string) => text.split(',').map(Number);
const seconds = (since: number) => Math.round((performance.now() - since) / 100) / 10;
const note = (text: string) => process.stderr.write(`${text}\n`);

const base = {
  ...(values.variant === 'anomalib' ? { variant: 'anomalib' as const } : {}),
  geometry: geometryName(values.geometry),
  resize: Number(values.resize),
  inputSize: Number(values['input-size']),
  layers: values.layers.split(',').map(layerName),
  patchSize: patchSize(Number(values['patch-size'])),
  projection: values.projection === 'none' ? null : Number(values.projection),
  neighbors: Number(values.neighbors),
  reweight: 1,
} satisfies PatchCoreOptions;

const { data, cache, out } = values;
if (!data || !cache || !out) throw new Error('--data, --cache and --out are needed');
const backend = await useBackend('wasm');
const name = [
  values.geometry,
  values['input-size'],
  values.layers,
  values.variant,
  values['patch-size'],
  values.resize,
].join('-');
const everything = await openDataset(data, { layout: 'mtd' });
const features = await FeatureCache.open(cache, name, everything, base, note);
const { dimension } = features;
const runs = [];

for (const seed of numbers(values.seeds)) {
  const split = values.split === 'random80' ? 'random80' : 'differnet';
  const dataset = await openDataset(data, { layout: 'mtd', split, seed });
  const config = resolvePatchCoreConfig({ ...base, seed });
  const ratios = numbers(values.ratios);
  const start = performance.now();
  const train = dataset.train.map(({ id }) => features.patches(id).embedding);
  const population = train.reduce((sum, { length }) => sum + length / dimension, 0);
  const { rows, columns } = await selectionRows(train, dimension, config);
  const loaded = seconds(start);
  const selecting = performance.now();
  const most = Math.floor(Math.max(...ratios) * population);
  const picks = await selectRows(rows, columns, most, config, { onProgress: undefined, signal: undefined });
  const selection = seconds(selecting);
  const bank = gatherPatches(train, dimension, picks);
  for (const ratio of ratios) {
    const size = Math.floor(ratio * population);
    runs.push(
      ...(await score(bank.subarray(0, size * dimension), dataset.test, config, {
        seed,
        split,
        ratio,
        population,
        selection,
        loaded,
      })),
    );
    writeFileSync(
      out,
      `${JSON.stringify({ command: argumentsOf(values), backend, config: { ...config, seed: undefined }, runs }, null, 1)}\n`,
    );
  }
}
features.close();

/** One line per image-score rule, all from one search and one set of maps. */
async function score(
  bank: Float32Array,
  test: readonly Sample[],
  config: PatchCoreConfig,
  facts: Record<string, unknown>,
) {
  const rules: PatchCoreOptions[] = [
    ...numbers(values.tops).map((scoreTop) => ({ scoreTop })),
    ...numbers(values.reweights)
      .filter((reweight) => reweight > 1)
      .map((reweight) => ({ reweight })),
  ];
  const scorers: Scorer[] = [];
  for (const rule of rules) scorers.push(await Scorer.create({ ...config, ...rule }, bank, dimension));
  const scores = rules.map((): number[] => []);
  const pixels = new PixelAccumulator();
  let searching = 0;
  for (const sample of test) {
    const { plan, views } = features.patches(sample.id);
    const start = performance.now();
    const scored = [];
    for (const view of views) scored.push(await scorers[0]!.scoreView(view));
    searching += performance.now() - start;
    for (const [i, scorer] of scorers.entries()) scores[i]!.push(await scorer.imageScore(scored));
    if (values['image-only']) continue;
    const mask = await loadMask(sample);
    const map = evaluationMap(
      scored.map((view) => view.map),
      plan,
    );
    const shape = [map.height, map.width];
    const truth = mask && { data: evaluationMask(mask, plan).data, shape };
    pixels.add({ map: { data: map.data, shape }, mask: truth });
  }
  for (const scorer of scorers) scorer.dispose();
  return rules.map((rule, i) => {
    const line = {
      ...facts,
      rule,
      bankRows: bank.length / dimension,
      scoringMsPerImage: Math.round((searching / test.length) * 10) / 10,
      ...metrics(test, scores[i]!, pixels),
    };
    note(JSON.stringify({ ...line, perDefect: undefined }));
    return line;
  });
}

function metrics(test: readonly Sample[], scores: readonly number[], pixels: PixelAccumulator) {
  const of = (chosen: number[]) => ({
    image: imageMetrics(
      chosen.map((i) => scores[i]!),
      chosen.map((i) => test[i]!.label),
    ),
    pixel: pixels.length > 0 ? pixels.result({ images: chosen }) : null,
  });
  const all = test.map((_, i) => i);
  const types = [...new Set(test.filter(({ label }) => label === 1).map(({ defectType }) => defectType))];
  const perDefect = types.map((type) => [
    type,
    of(all.filter((i) => test[i]!.label === 0 || test[i]!.defectType === type)),
  ]);
  return { ...of(all), perDefect: Object.fromEntries(perDefect) };
}

function geometryName(text: string): PatchCoreConfig['geometry'] {
  if (text === 'crop' || text === 'stretch' || text === 'tile') return text;
  throw new Error(`--geometry ${text}`);
}

function layerName(text: string) {
  if (text === 'layer1' || text === 'layer2' || text === 'layer3' || text === 'layer4') return text;
  throw new Error(`--layers ${text}`);
}

function patchSize(side: number) {
  if (side === 1 || side === 3 || side === 5 || side === 7) return side;
  throw new Error(`--patch-size ${side}`);
}
