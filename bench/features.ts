// A cache of patch embeddings on disk for studies that need the same features many times over.
import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { layerChannels } from '../src/backbones/architecture.js';
import { resolveWeights } from '../src/backbones/index.js';
import type { FoldedWeights, LayerName } from '../src/backbones/types.js';
import type { GeometryPlan } from '../src/data/geometry.js';
import type { Dataset } from '../src/data/types.js';
import { concatenate } from '../src/methods/parts/concatenate.js';
import { type PatchCoreOptions, resolvePatchCoreConfig } from '../src/methods/patchcore/config.js';
import { Embedder, embeddingDimension, type ViewPatches } from '../src/methods/patchcore/embedder.js';

interface Entry {
  readonly plan: GeometryPlan;
  readonly grid: ViewPatches['grid'];
  /** Float32 values before this image's. */
  readonly at: number;
  readonly length: number;
}

export class FeatureCache {
  readonly #file: number;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly dimension: number;

  private constructor(path: string) {
    const { entries, dimension } = JSON.parse(readFileSync(`${path}.json`, 'utf8'));
    this.#entries = new Map(entries);
    this.dimension = dimension;
    this.#file = openSync(path, 'r');
  }

  /** Computes what is not there yet. One thread; features depend on the embedding's configuration only. */
  static async open(
    folder: string,
    name: string,
    dataset: Dataset,
    options: PatchCoreOptions,
    note: (text: string) => void,
  ): Promise<FeatureCache> {
    const path = join(folder, name);
    if (!existsSync(`${path}.json`)) await extract(path, dataset, options, note);
    return new FeatureCache(path);
  }

  /** An image's patches: all of them, and view by view. */
  patches(id: string): { plan: GeometryPlan; embedding: Float32Array; views: ViewPatches[] } {
    const entry = this.#entries.get(id);
    if (!entry) throw new Error(`${id} is not in the feature cache`);
    const { plan, grid, at, length } = entry;
    const embedding = new Float32Array(length);
    readSync(this.#file, new Uint8Array(embedding.buffer), 0, embedding.byteLength, at * 4);
    const size = length / plan.views.length;
    const views = plan.views.map((_, view) => ({
      grid,
      embedding: embedding.subarray(view * size, (view + 1) * size),
    }));
    return { plan, embedding, views };
  }

  close(): void {
    closeSync(this.#file);
  }
}

async function extract(path: string, dataset: Dataset, options: PatchCoreOptions, note: (text: string) => void) {
  const config = resolvePatchCoreConfig(options);
  const weights = await weightsFor(config.backbone, config.layers);
  const embedder = await Embedder.open({ config, weights });
  const channels = config.layers.map((layer) => layerChannels(weights.architecture, layer));
  const file = openSync(`${path}.part`, 'w');
  const entries: [string, Entry][] = [];
  let at = 0;
  const samples = [...dataset.train, ...dataset.test];
  const start = performance.now();
  for (const sample of samples) {
    const image = await embedder.open({ id: sample.id, source: sample.image });
    const views: ViewPatches[] = [];
    for (let view = 0; view < image.plan.views.length; view++) views.push(await image.embedView(view));
    const embedding = concatenate(views.map((view) => view.embedding));
    const { plan } = image;
    const grid = views[0]?.grid ?? [0, 0];
    writeSync(file, new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength));
    entries.push([sample.id, { plan, grid, at, length: embedding.length }]);
    at += embedding.length;
  }
  note(`${samples.length} images in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  closeSync(file);
  embedder.dispose();
  renameSync(`${path}.part`, path);
  writeFileSync(`${path}.json`, JSON.stringify({ entries, dimension: embeddingDimension(config, channels) }));
}

async function weightsFor(
  backbone: PatchCoreOptions['backbone'],
  layers: readonly LayerName[],
): Promise<FoldedWeights> {
  const deepest = layers.at(-1);
  return resolveWeights(backbone ?? 'resnet50', deepest ? { until: deepest } : {});
}
