// Fitting: patches stream in, a coreset is chosen, and the chosen rows become the memory bank.
import { IadError } from '../../runtime/errors.js';
import { concatenate } from '../parts/concatenate.js';
import { embedEach } from '../parts/embed-each.js';
import type { NamedImage } from '../parts/inputs.js';
import { projectRows } from '../parts/projection.js';
import type { Threads } from '../parts/threads.js';
import { bankSize, checkBudget, pick, type SelectionWatch, selectMore, selectRows } from './coreset.js';
import { type Candidates, PatchStore } from './patch-store.js';
import type { SessionInit } from './session.js';

export interface BuiltBank {
  /** [rows, dimension], in picking order */
  readonly bank: Float32Array;
  /** Patches that the coreset was chosen from. */
  readonly patches: number;
  /** Times that candidates had to be thinned on the way, because not even their selection rows fit the memory budget. */
  readonly thinnings: number;
  readonly images: number;
  readonly skipped: readonly { id: string; reason: string }[];
  /** Milliseconds per stage. */
  readonly timings: { readonly features: number; readonly coreset: number; readonly gather: number };
}

export interface BuildOptions extends SelectionWatch {
  readonly skipBad: boolean;
  /** The bank so far [rows, dimension], when it learns more; null for a new bank. */
  readonly earlier: Float32Array | null;
}

/**
 * One pass over the images; a second one over those whose patches were chosen, if a projection is used and the embeddings did
 * not fit the budget. The bank is the same either way.
 * @throws IadError NO_GOOD_IMAGES if no image could be used, the first image's own error unless `skipBad`, MEMORY_BUDGET if
 *   the bank wanted does not fit, ABORTED
 */
export async function buildBank(
  images: readonly NamedImage[],
  threads: Threads,
  init: SessionInit,
  options: BuildOptions,
): Promise<BuiltBank> {
  const { config, dimension, projection } = init;
  const columns = projection?.outputs ?? dimension;
  const store = new PatchStore(config.memoryBudget, columns);
  const skipped: { id: string; reason: string }[] = [];
  const start = performance.now();

  for await (const { index, arrays } of embedEach(images, threads, 'features', options, skipped)) {
    const [embedding, projected] = arrays;
    if (projection) await store.add(index, projected, embedding, options.signal);
    else await store.add(index, embedding, null, options.signal);
    checkBudget(store, config);
  }
  if (store.seen === 0) {
    throw new IadError('NO_GOOD_IMAGES', 'no good image could be read, there is nothing to learn from', {
      path: 'PatchCore',
      hint: 'Without skipBad, the error names the first image at fault and why.',
    });
  }
  const embedded = performance.now();

  const seen = store.seen;
  const { earlier } = options;
  const earlierRows = earlier && (projection ? await projectRows(earlier, projection) : earlier);
  const regroup = earlierRows !== null && config.coresetCount !== null;
  if (regroup) await store.add(FROM_BANK, earlierRows, null, options.signal);
  const thinnings = store.thinnings;
  const candidates = store.takeAll();
  // Chosen anew among old and new, the bank may well be larger than the new patches are many.
  const wanted = regroup ? bankSize(config, seen + earlierRows.length / columns) : bankSize(config, seen);
  const count = Math.min(wanted, candidates.images.length);
  const picks =
    earlierRows && !regroup
      ? await selectMore(candidates.rows, earlierRows, columns, count, options)
      : await selectRows(candidates.rows, columns, count, config, options);
  const chosen = pick(candidates, picks, columns);
  const selected = performance.now();

  const source = { store, images, threads, earlier, dimension };
  const rows = projection ? await gather(chosen, source, options) : chosen.rows;
  const timings = { features: embedded - start, coreset: selected - embedded, gather: performance.now() - selected };
  return {
    bank: earlier && !regroup ? concatenate([earlier, rows]) : rows,
    patches: seen,
    thinnings,
    images: images.length - skipped.length,
    skipped,
    timings,
  };
}

/** In the place of an image, marks candidates that come from the bank so far: their patch is the bank row. */
const FROM_BANK = -1;

interface GatherSource {
  readonly store: PatchStore;
  readonly images: readonly NamedImage[];
  readonly threads: Threads;
  readonly earlier: Float32Array | null;
  readonly dimension: number;
}

/** The chosen patches' embeddings. Where they did not fit the memory budget, their images are run once more. */
async function gather(chosen: Candidates, source: GatherSource, options: BuildOptions): Promise<Float32Array> {
  const { store, images, dimension } = source;
  const bank = new Float32Array(chosen.images.length * dimension);
  const take = (embedding: Float32Array, row: number) => {
    const at = chosen.patches[row]! * dimension;
    bank.set(embedding.subarray(at, at + dimension), row * dimension);
  };
  const later = new Map<number, number[]>();
  chosen.images.forEach((image, row) => {
    const embedding = image === FROM_BANK ? source.earlier : store.embeddingOf(image);
    if (embedding) take(embedding, row);
    else later.set(image, [...(later.get(image) ?? []), row]);
  });
  if (later.size === 0) return bank;
  const needed = [...later.keys()].sort((a, b) => a - b);
  const again = needed.map((image) => images[image]!);
  const watch = { ...options, skipBad: false };
  for await (const { index, arrays } of embedEach(again, source.threads, 'features of the coreset', watch, [])) {
    for (const row of later.get(needed[index]!) ?? []) take(arrays[0], row);
  }
  return bank;
}
