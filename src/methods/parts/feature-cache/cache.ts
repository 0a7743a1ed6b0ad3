// Features of a frozen backbone, kept between passes over the same images: training then costs one forward pass per image.
import { openStore } from '#platform/methods/parts/feature-cache/store';
import type { LayerName } from '../../../backbones/types.js';
import { IadError } from '../../../runtime/errors.js';
import { decodeEntry, encodeEntry, entryName, keyText, pack, unpack } from './entry.js';
import type { EntryStore, FeatureCacheOptions, FeatureKey, FeatureMap, FeatureMaps } from './types.js';

/**
 * Opens the cache: on disk in Node, where processes may share it, in memory in a browser.
 * @throws IadError `BAD_CONFIG` for a bound below 1 byte, `WRITE_FAILED` or `DISK_FULL` for a folder that cannot be written to,
 *   `NODE_ONLY` for a folder in a browser
 */
export async function openFeatureCache(options: FeatureCacheOptions = {}): Promise<FeatureCache> {
  const { maxBytes } = options;
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes > 0)) {
    throw new IadError('BAD_CONFIG', `${maxBytes}, must be a whole number of bytes, 1 or more`, { path: 'maxBytes' });
  }
  return new FeatureCache(await openStore(options));
}

type Compute = (layers: readonly LayerName[]) => Promise<FeatureMaps>;
type Fits = (layer: LayerName, map: FeatureMap) => boolean;

export class FeatureCache {
  readonly #store: EntryStore;
  readonly #running = new Map<string, Promise<FeatureMaps>>();
  #hits = 0;
  #misses = 0;

  constructor(store: EntryStore) {
    this.#store = store;
  }

  /** Keys whose layers were all found, and those for which a pass was needed, so far. */
  get counts(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  /**
   * The features of a key: from the cache, else computed and kept, each layer by itself, so that methods that ask for other layers of the same
   * image find those that they share. Either way the values are rounded to float16 (a map with values beyond 65504 stays in float32), so
   * that a result does not depend on what was cached. An entry that is damaged, or not what it says, is computed anew and replaced. The
   * same key asked for twice at once is computed once.
   * @param compute gives one map for every layer asked of it
   * @param fits whether a map that was found can be that layer's
   * @throws IadError `DISK_FULL`, `WRITE_FAILED`; `BAD_ARGUMENT` if `compute` leaves out a layer; what `compute` throws
   */
  async get(key: FeatureKey, compute: Compute, fits: Fits = () => true): Promise<FeatureMaps> {
    const text = JSON.stringify(key.layers.map((layer) => keyText(key, layer)));
    const running = this.#running.get(text);
    if (running) return running;
    const made = this.#find(key, compute, fits).finally(() => this.#running.delete(text));
    this.#running.set(text, made);
    return made;
  }

  async #find(key: FeatureKey, compute: Compute, fits: Fits): Promise<FeatureMaps> {
    const found = new Map<LayerName, FeatureMap>();
    for (const layer of key.layers) {
      const text = keyText(key, layer);
      const bytes = await this.#store.read(await entryName(text));
      const map = bytes && (await decodeEntry(bytes, text));
      if (map && fits(layer, map)) found.set(layer, map);
    }
    const missing = key.layers.filter((layer) => !found.has(layer));
    if (missing.length === 0) this.#hits++;
    else {
      this.#misses++;
      await this.#make(key, missing, compute, found);
    }
    return new Map(key.layers.flatMap((layer) => inOrder(layer, found)));
  }

  /** Nothing is kept unless all are there. */
  async #make(
    key: FeatureKey,
    missing: readonly LayerName[],
    compute: Compute,
    found: Map<LayerName, FeatureMap>,
  ): Promise<void> {
    const computed = await compute(missing);
    const packed = missing.map((layer) => {
      const map = computed.get(layer);
      const tensor = map && pack(map);
      const rounded = unpack(tensor);
      if (tensor && rounded) return { layer, tensor, rounded };
      throw new IadError('BAD_ARGUMENT', `features: not a map for each of ${missing.join(', ')}`);
    });
    for (const { layer, tensor, rounded } of packed) {
      found.set(layer, rounded);
      const text = keyText(key, layer);
      await this.#store.write(await entryName(text), await encodeEntry(text, tensor));
    }
  }
}

function inOrder(layer: LayerName, maps: FeatureMaps): [LayerName, FeatureMap][] {
  const map = maps.get(layer);
  return map ? [[layer, map]] : [];
}
