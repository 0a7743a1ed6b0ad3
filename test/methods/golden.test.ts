// PatchCore against golden values that test/reference/patchcore_fixtures.py computed with PyTorch and SciPy.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { interpolate } from '../../src/data/interpolate.js';
import { useBackend } from '../../src/kernels/backend.js';
import { patchEmbed, topKNeighbors } from '../../src/kernels/index.js';
import { resizeNearest, smooth } from '../../src/methods/parts/anomaly-map.js';
import { johnsonLindenstraussDimension, projectRows } from '../../src/methods/parts/projection.js';
import { resolvePatchCoreConfig } from '../../src/methods/patchcore/config.js';
import { selectRows } from '../../src/methods/patchcore/coreset.js';
import { Scorer } from '../../src/methods/patchcore/scorer.js';
import { euclidean, patchScores, reweighted, viewMap } from '../../src/methods/patchcore/scoring.js';
import { Random, seedFor } from '../../src/runtime/random.js';
import { readFixture } from '../helpers/fixture.js';
import { relativeDifference, uniformArray } from '../helpers/random-arrays.js';

interface Sampled {
  readonly indices: number[];
  readonly values: number[];
  readonly mean: number;
}

function compare(found: Float32Array, expected: Sampled, tolerance: number): void {
  const picked = expected.indices.map((at) => found[at]!);
  expect(relativeDifference(picked, expected.values)).toBeLessThan(tolerance);
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  expect(Math.abs(mean - expected.mean)).toBeLessThan(tolerance * Math.max(...expected.values.map(Math.abs)));
}

beforeAll(async () => {
  await useBackend('wasm');
});

interface EmbedCase extends Sampled {
  readonly name: string;
  readonly variant: 'official' | 'anomalib';
  readonly shape2: [number, number, number];
  readonly shape3: [number, number, number];
  readonly seed2: number;
  readonly seed3: number;
  readonly output_shape: [number, number];
}

describe('embedding', () => {
  const { cases } = readFixture<{ cases: EmbedCase[] }>('patchcore_embed.json');

  test.each(cases)('$name', async (golden) => {
    const seeds = [golden.seed2, golden.seed3];
    const layers = [golden.shape2, golden.shape3].map(([height, width, channels], i) =>
      tf.tensor4d(uniformArray(seeds[i]!, height * width * channels), [1, height, width, channels]),
    );
    const embedded = patchEmbed(layers, golden.variant === 'anomalib' ? {} : { dimension: 1024 });
    expect(embedded.shape).toEqual([1, ...golden.output_shape]);
    compare(await embedded.data<'float32'>(), golden, 1e-5);
    tf.dispose([...layers, embedded]);
  });
});

describe('selection', () => {
  interface Run {
    readonly indices: number[];
    readonly starts?: number[];
    readonly first?: number;
    readonly projected_dim: number;
    readonly projected_row_0_first_4: number[];
  }
  const golden = readFixture<{
    rows: number;
    dim: number;
    picks: number;
    seed: number;
    base_seed: number;
    official: Run & { projection_first_4: number[] };
    anomalib_exact: Run;
    anomalib_sparse: Run;
  }>('patchcore_select.json');
  const { rows, dim, picks, base_seed: seed } = golden;
  const watch = { onProgress: undefined, signal: undefined };
  const drawn = uniformArray(golden.seed, rows * dim);
  const features = Float32Array.from(drawn, (value, at) => value * (1 + (Math.floor(at / dim) % 16) / 8));
  const source = { inputs: dim, seed: seedFor('patchcore|projection', seed) };

  test('variant official: projection, ten starts, picks', async () => {
    const projection = { ...source, kind: 'uniform', outputs: 128 } as const;
    // A unit row shows a row of the matrix.
    const unit = (i: number) => Float32Array.from({ length: dim }, (_, at) => Number(at === i));
    const row0 = golden.official.projection_first_4.map(async (_, i) => (await projectRows(unit(i), projection))[0]);
    expect(await Promise.all(row0)).toEqual(golden.official.projection_first_4);
    const projected = await projectRows(features, projection);
    expect(relativeDifference(projected.slice(0, 4), golden.official.projected_row_0_first_4)).toBeLessThan(1e-5);
    expect(Random.forKey('patchcore|starts', seed).sample(rows, 10)).toEqual(golden.official.starts);
    const config = resolvePatchCoreConfig({ seed });
    expect([...(await selectRows(projected, 128, picks, config, watch))]).toEqual(golden.official.indices);
  });

  test('variant anomalib in all dimensions', async () => {
    const config = resolvePatchCoreConfig({ variant: 'anomalib', seed });
    const found = await selectRows(features, dim, picks, config, watch);
    expect([...found]).toEqual(golden.anomalib_exact.indices);
    expect(found[0]).toBe(golden.anomalib_exact.first);
  });

  test('variant anomalib under its sparse projection', async () => {
    const dimension = johnsonLindenstraussDimension(rows, 0.9);
    expect(dimension).toBe(golden.anomalib_sparse.projected_dim);
    const projected = await projectRows(features, { ...source, kind: 'sparse', outputs: dimension });
    const first = golden.anomalib_sparse.projected_row_0_first_4;
    expect(relativeDifference(projected.slice(0, 4), first)).toBeLessThan(1e-5);
    const config = resolvePatchCoreConfig({ variant: 'anomalib', seed });
    expect([...(await selectRows(projected, dimension, picks, config, watch))]).toEqual(golden.anomalib_sparse.indices);
  });
});

describe('scores', () => {
  const golden = readFixture<{
    patch_squared: Sampled;
    nearest_index: { patches: number[]; rows: number[] };
    image_score_squared: number;
    image_score_euclidean: number;
    max_patch: number;
    max_patch_nearest: number;
    reweighted: { by_b: Record<'2' | '3' | '9', { neighbours: number[]; factor: number; score_euclidean: number }> };
    map_official: Sampled;
    map_anomalib: Sampled;
    grid_map_official: Sampled;
    grid_map_anomalib: Sampled;
  }>('patchcore_score.json');
  const bank = uniformArray(31, 64 * 1024);
  const embedding = uniformArray(32, 784 * 1024);
  for (let i = 400 * 1024; i < 401 * 1024; i++) embedding[i]! *= 1.5;
  const patches = { grid: [28, 28], embedding } as const;
  const official = resolvePatchCoreConfig({});
  const anomalib = resolvePatchCoreConfig({ variant: 'anomalib', inputSize: 224 });

  test('of patches: squared distances and nearest rows', async () => {
    const [queries, references] = [tf.tensor2d(embedding, [784, 1024]), tf.tensor2d(bank, [64, 1024])];
    const found = topKNeighbors(queries, references, 1);
    const squared = await found.distances.data<'float32'>();
    const rows = await found.rows.data<'int32'>();
    compare(patchScores({ squared, rows, k: 1 }, official), golden.patch_squared, 1e-5);
    expect(golden.nearest_index.patches.map((patch) => rows[patch])).toEqual(golden.nearest_index.rows);
    expect(rows[golden.max_patch]).toBe(golden.max_patch_nearest);
    tf.dispose([queries, references, found.distances, found.rows]);
  });

  test.each([
    ['official', official, golden.image_score_squared, golden.map_official],
    ['anomalib, reweighted', anomalib, golden.reweighted.by_b['9'].score_euclidean, golden.map_anomalib],
    ['official, reweighted by 2', resolvePatchCoreConfig({ reweight: 2 }), golden.reweighted.by_b['2'].score_euclidean],
    ['official, reweighted by 3', resolvePatchCoreConfig({ reweight: 3 }), golden.reweighted.by_b['3'].score_euclidean],
    ['anomalib, not reweighted', { ...anomalib, reweight: 1 }, golden.image_score_euclidean],
  ])('of an image and its map: %s', async (_, config, expected, map?: Sampled) => {
    const before = tf.memory().numTensors;
    const scorer = await Scorer.create(config, bank, 1024);
    const view = await scorer.scoreView(patches);
    const score = await scorer.imageScore([view]);
    expect(Math.abs(score / expected - 1)).toBeLessThan(1e-5);
    // A second view that is less anomalous changes nothing, wherever it stands.
    const calm = await scorer.scoreView({ grid: [1, 64], embedding: bank });
    expect(calm.worst.score).toBeLessThan(1e-2);
    expect(await scorer.imageScore([calm, view])).toBe(score);
    expect(await scorer.imageScore([view, calm])).toBe(score);
    if (map) compare(view.map, map, 1e-5);
    scorer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(['2', '3', '9'] as const)('the factor of Eq. 7 with b = %s', (b) => {
    const { neighbours, factor } = golden.reweighted.by_b[b];
    const row = (rows: Float32Array, at: number) => rows.subarray(at * 1024, (at + 1) * 1024);
    const distances = Float32Array.from(neighbours, (at) => euclidean(row(embedding, golden.max_patch), row(bank, at)));
    expect(reweighted(distances) / distances[0]!).toBeCloseTo(factor, 5);
  });

  test('maps of a rough grid, where border and kernel show', async () => {
    const scores = uniformArray(33, 784);
    compare(await viewMap(scores, [28, 28], official), golden.grid_map_official, 1e-5);
    compare(await viewMap(scores, [28, 28], anomalib), golden.grid_map_anomalib, 1e-5);
    // The borders are told apart by the golden values: the other one fails.
    const patchMap = { width: 28, height: 28, data: scores };
    const wrong = (await smooth(interpolate(patchMap, 224, 224), 4, 'centre')).data;
    expect(() => compare(wrong, golden.grid_map_official, 1e-5)).toThrow();
    const swapped = (await smooth(resizeNearest(patchMap, 224, 224), 4, 'edge')).data;
    expect(() => compare(swapped, golden.grid_map_anomalib, 1e-5)).toThrow();
  });
});
