// Features of a frozen backbone, kept between passes over the same images: training then costs one forward pass per image.
import { openStore } from '#platform/methods/parts/feature-cache/store';
import { IadError } from '../../../runtime/errors.js';
import { decodeEntry, encodeEntry, entryName, keyText, pack, unpack } from './entry.js';
import type { EntryStore, FeatureCacheOptions, FeatureKey, FeatureMaps } from './types.js';

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

export class FeatureCache {
  readonly #store: EntryStore;
  readonly #running = new Map<string, Promise<FeatureMaps>>();
  #hits = 0;
  #misses = 0;

  constructor(store: EntryStore) {
    this.#store = store;
  }

  /** Features that were found, and that had to be computed, so far. */
  get counts(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  /**
   * The features of a key: from the cache, else computed and kept. Either way the values are rounded to float16 (a map with
   * values beyond 65504 stays in float32), so that a result does not depend on what was cached. An entry that is damaged, or
   * not what it says, is computed anew and replaced. The same key asked for twice at once is computed once.
   * @param compute gives one map for every layer of the key
   * @param fits whether maps that were found can be those of the key
   * @throws IadError `DISK_FULL`, `WRITE_FAILED`; `BAD_ARGUMENT` if `compute` leaves out a layer; what `compute` throws
   */
  async get(
    key: FeatureKey,
    compute: () => Promise<FeatureMaps>,
    fits: (maps: FeatureMaps) => boolean = () => true,
  ): Promise<FeatureMaps> {
    const text = keyText(key);
    const running = this.#running.get(text);
    if (running) return running;
    const made = this.#find(key, text, compute, fits).finally(() => this.#running.delete(text));
    this.#running.set(text, made);
    return made;
  }

  async #find(
    key: FeatureKey,
    text: string,
    compute: () => Promise<FeatureMaps>,
    fits: (maps: FeatureMaps) => boolean,
  ): Promise<FeatureMaps> {
    const name = await entryName(text);
    const bytes = await this.#store.read(name);
    const found = bytes && (await decodeEntry(bytes, text, key.layers));
    if (found && fits(found)) {
      this.#hits++;
      return found;
    }
    this.#misses++;
    const tensors = pack(await compute());
    const rounded = unpack(tensors, key.layers);
    if (!rounded) throw new IadError('BAD_ARGUMENT', `features: not a map for each of ${key.layers.join(', ')}`);
    await this.#store.write(name, await encodeEntry(text, tensors));
    return rounded;
  }
}
