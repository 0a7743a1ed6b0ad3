// Pixel-level metrics in bounded memory, for more pixels than memory holds: counts per interval of scores in place of the
// scores, and with every value how far from the exact one it can be.
import { checkLimit } from './area.js';
import { BinnedSums, type ErrorBounds } from './binned-sums.js';
import { connectedComponents } from './components.js';
import { checkMaskThreshold, MetricError } from './errors.js';
import { keyOfBits } from './float-keys.js';
import {
  ANOMALOUS_BYTES,
  addTo,
  binsAt,
  bytesOf,
  copyOf,
  halved,
  isPage,
  NORMAL_BYTES,
  noAnomalous,
  PAGE_BITS,
  PAGES,
  type Page,
} from './pages.js';
import type { AreaLimits, PixelOptions } from './pixel.js';
import { highestKeys, type PixelImage, type ReadImage, readImage } from './pixel-store.js';
import type { PixelLevelMetrics } from './ranking-sums.js';

export interface BinnedMetrics extends PixelLevelMetrics {
  readonly errorBounds: ErrorBounds;
  /** An interval spans so many neighbouring 32-bit floats; 1: the values are exact. */
  readonly floatsPerBin: number;
}

export interface BinnedOptions extends PixelOptions {
  /** For the counts; default 128 MiB. At least 1 MiB. */
  readonly maxBytes?: number;
}

const MOST_PIXELS = 2 ** 32 - 1;

export interface BinnedState {
  readonly kind: 'iad-tf/binned-pixels@1';
  readonly shift: number;
  readonly images: number;
  readonly regions: number;
  /** Null: an image with a defect came without channels. */
  readonly channels: number | null;
  readonly pages: readonly (Page & { readonly index: number })[];
}

/**
 * Like `PixelAccumulator` with the results alone, for all images together. Scores are counted as they are until the counts
 * would exceed `maxBytes`; then neighbouring floats share a count, two, four and so on. Time per image does not grow with the
 * number of images. Up to 2^32 − 1 pixels of each class.
 */
export class BinnedPixelAccumulator {
  readonly #maskThreshold: number | undefined;
  readonly #maxBytes: number;
  #pages: (Page | undefined)[] = new Array(PAGES).fill(undefined);
  #shift = 0;
  #images = 0;
  #normal = 0;
  #anomalous = 0;
  #regions = 0;
  #channels: number | null = 0;

  constructor({ maskThreshold, maxBytes = 2 ** 27 }: BinnedOptions = {}) {
    checkMaskThreshold('BinnedPixelAccumulator', maskThreshold);
    if (!(maxBytes >= 2 ** 20)) {
      throw new MetricError('BAD_ARGUMENT', `BinnedPixelAccumulator: maxBytes is ${maxBytes}, not at least ${2 ** 20}`);
    }
    this.#maskThreshold = maskThreshold;
    this.#maxBytes = maxBytes;
  }

  /** A copy from what {@link toState} gave, in this thread or another. */
  static fromState(state: BinnedState, options: BinnedOptions = {}): BinnedPixelAccumulator {
    const whole = state?.kind === 'iad-tf/binned-pixels@1' && Array.isArray(state.pages);
    if (!whole || !state.pages.every((page) => isPage(page, binsAt(state.shift)))) {
      throw new MetricError('BAD_ARGUMENT', 'BinnedPixelAccumulator.fromState: this is not such a state');
    }
    const pixels = new BinnedPixelAccumulator(options);
    pixels.#take(state);
    return pixels;
  }

  get length(): number {
    return this.#images;
  }

  /** Memory of the counts. */
  get bytes(): number {
    return bytesOf(this.#pages, this.#shift);
  }

  /** Throws as `PixelAccumulator.add`, and `BAD_ARGUMENT` beyond 2^32 − 1 pixels; the image is then not added. */
  add(image: PixelImage): void {
    const index = this.#images;
    const read = readImage('BinnedPixelAccumulator.add', image, this.#maskThreshold, index);
    const { values, mask } = read;
    this.#checkRoom(values.length, index);
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    this.#open(bits, mask);
    this.#count(bits, mask);
    this.#normal += values.length;
    if (mask !== null) this.#addDefects(read, bits, mask);
    this.#images++;
  }

  /** Adds images as they come, from memory or read from disk one by one. Throws as {@link add}, at the first fault. */
  async addAll(images: Iterable<PixelImage> | AsyncIterable<PixelImage>): Promise<void> {
    for await (const image of images) this.add(image);
  }

  /** Adds what another one has counted. The same values as from all images in one, but for the last bits of AUPRO and AUsPRO. */
  merge(other: BinnedPixelAccumulator): void {
    this.#checkRoom(Math.max(other.#normal, other.#anomalous), undefined);
    this.#take(other.toState());
  }

  /** A copy of the counts as plain data, to post to another thread or to store. */
  toState(): BinnedState {
    const pages = this.#pages.flatMap((page, index) => (page ? [{ index, ...copyOf(page) }] : []));
    return {
      kind: 'iad-tf/binned-pixels@1',
      shift: this.#shift,
      images: this.#images,
      regions: this.#regions,
      channels: this.#channels,
      pages,
    };
  }

  /**
   * The metrics of `PixelAccumulator.result`. The threshold of F1-max is the lowest score of an interval.
   * @throws MetricError `BAD_ARGUMENT` (a limit)
   */
  result({ fprLimit = 0.3, sproLimit = 0.05 }: AreaLimits = {}): BinnedMetrics {
    checkLimit('BinnedPixelAccumulator.result', fprLimit);
    checkLimit('BinnedPixelAccumulator.result', sproLimit);
    const counts = {
      positives: this.#anomalous,
      negatives: this.#normal,
      regions: this.#regions,
      channels: this.#channels ?? 0,
    };
    const exact = this.#shift === 0;
    const sums = new BinnedSums(counts, fprLimit, sproLimit, exact);
    for (let index = PAGES - 1; index >= 0; index--) {
      const page = this.#pages[index];
      if (page === undefined) continue;
      const { normal, anomalous } = page;
      for (let bin = normal.length - 1; bin >= 0; bin--) {
        const positives = anomalous === null ? 0 : anomalous.count[bin]!;
        if (positives === 0 && normal[bin] === 0) continue;
        const key = Math.max(index * 2 ** PAGE_BITS + bin * 2 ** this.#shift, LOWEST_KEY);
        sums.add(key, positives, normal[bin]!, anomalous?.overlap[bin] ?? 0, anomalous?.saturating[bin] ?? 0);
      }
    }
    return { ...sums.value(), errorBounds: sums.bounds(), floatsPerBin: 2 ** this.#shift };
  }

  #checkRoom(pixels: number, index: number | undefined): void {
    if (Math.max(this.#normal, this.#anomalous) + pixels <= MOST_PIXELS) return;
    throw new MetricError('BAD_ARGUMENT', 'BinnedPixelAccumulator: no room for more than 2^32 - 1 pixels', index);
  }

  /** Makes the pages that an image's pixels need, and room for them. */
  #open(bits: Uint32Array, mask: Uint8Array | null): void {
    const needed = new Uint8Array(PAGES);
    for (let i = 0; i < bits.length; i++) {
      needed[keyOfBits(bits[i]!) >>> PAGE_BITS]! |= mask !== null && mask[i] === 1 ? 3 : 1;
    }
    this.#ensure(needed);
  }

  /** @param needed per page: bit 0 it must be there, bit 1 with sums over anomalous pixels */
  #ensure(needed: Uint8Array): void {
    const lacks = (index: number) => {
      const page = this.#pages[index];
      return { page: needed[index]! > 0 && page === undefined, sums: needed[index]! > 1 && !page?.anomalous };
    };
    let perBin = 0;
    for (let index = 0; index < PAGES; index++) {
      const { page, sums } = lacks(index);
      perBin += (page ? NORMAL_BYTES : 0) + (sums ? ANOMALOUS_BYTES : 0);
    }
    while (this.bytes + perBin * binsAt(this.#shift) > this.#maxBytes && this.#shift < PAGE_BITS) this.#coarsen();
    const bins = binsAt(this.#shift);
    for (let index = 0; index < PAGES; index++) {
      const { page, sums } = lacks(index);
      if (!page && !sums) continue;
      const { normal = new Uint32Array(bins), anomalous = null } = this.#pages[index] ?? {};
      this.#pages[index] = { normal, anomalous: sums ? noAnomalous(bins) : anomalous };
    }
  }

  #coarsen(): void {
    this.#pages = this.#pages.map((page) => page && halved(page));
    this.#shift++;
  }

  #count(bits: Uint32Array, mask: Uint8Array | null): void {
    const shift = this.#shift;
    const pages = this.#pages;
    for (let i = 0; i < bits.length; i++) {
      if (mask !== null && mask[i] === 1) continue;
      const key = keyOfBits(bits[i]!);
      pages[key >>> PAGE_BITS]!.normal[(key & IN_PAGE) >>> shift]!++;
    }
  }

  #addDefects({ width, height, channels }: ReadImage, bits: Uint32Array, mask: Uint8Array): void {
    const { count, labels, areas } = connectedComponents(mask, width, height, 8);
    let positives = 0;
    for (let i = 0; i < bits.length; i++) {
      if (mask[i] === 0) continue;
      const key = keyOfBits(bits[i]!);
      const bin = (key & IN_PAGE) >>> this.#shift;
      const sums = this.#pages[key >>> PAGE_BITS]!.anomalous!;
      sums.count[bin]!++;
      sums.overlap[bin]! += 1 / areas[labels[i]! - 1]!;
      positives++;
    }
    for (const channel of channels ?? []) {
      for (const key of highestKeys(bits, channel.mask, channel.saturation)) {
        this.#pages[key >>> PAGE_BITS]!.anomalous!.saturating[(key & IN_PAGE) >>> this.#shift]! +=
          1 / channel.saturation;
      }
    }
    this.#regions += count;
    this.#anomalous += positives;
    this.#normal -= positives;
    this.#channels = channels === null || this.#channels === null ? null : this.#channels + channels.length;
  }

  #take(state: BinnedState): void {
    let { pages } = state;
    for (let shift = state.shift; shift < this.#shift; shift++)
      pages = pages.map((page) => ({ index: page.index, ...halved(page) }));
    while (this.#shift < state.shift) this.#coarsen();
    const needed = new Uint8Array(PAGES);
    for (const { index, anomalous } of pages) needed[index] = anomalous ? 3 : 1;
    const before = this.#shift;
    this.#ensure(needed);
    for (let shift = before; shift < this.#shift; shift++)
      pages = pages.map((page) => ({ index: page.index, ...halved(page) }));
    for (const { index, normal, anomalous } of pages) {
      const own = this.#pages[index]!;
      this.#normal += addTo(own.normal, normal);
      if (anomalous === null) continue;
      this.#anomalous += addTo(own.anomalous!.count, anomalous.count);
      addTo(own.anomalous!.overlap, anomalous.overlap);
      addTo(own.anomalous!.saturating, anomalous.saturating);
    }
    this.#images += state.images;
    this.#regions += state.regions;
    this.#channels = state.channels === null || this.#channels === null ? null : this.#channels + state.channels;
  }
}

const IN_PAGE = 2 ** PAGE_BITS - 1;
/** Of −3.4e38; the keys below are not of numbers. */
const LOWEST_KEY = 0x00800000;
