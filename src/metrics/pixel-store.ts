// What the exact pixel metrics keep of an image: integer keys in place of scores, with each anomalous pixel the area of its
// region, which is all that per-region overlap needs, and of each defect channel the highest keys up to its saturation.
import { type DefectChannel, saturationArea } from './channels.js';
import { connectedComponents } from './components.js';
import { MetricError } from './errors.js';
import { keyOfBits } from './float-keys.js';
import { type DenseMap, type Grid, readMap, readMask } from './grid.js';
import { HIGH, LOW } from './pairs.js';

/** One image: its anomaly map, and where its defects are. */
export interface PixelImage {
  /** `[height, width]`, finite, larger = more anomalous. Compared as 32-bit floats, to which other numbers are rounded. */
  readonly map: Grid;
  /** `[height, width]`, 1 anomalous, 0 normal; null or left out: no defect, unless there are channels. */
  readonly mask?: Grid | null;
  /** In place of a mask: its defects one by one, for sPRO. Their union is the mask of the other metrics. */
  readonly channels?: readonly DefectChannel[];
}

export interface StoredImage {
  /** Keys of the normal pixels. */
  readonly normal: Uint32Array;
  /** Pairs (key, area of its region) of the anomalous pixels. */
  readonly anomalous: Uint32Array;
  readonly regions: number;
  /** Null: the image has a defect, and came with a mask. */
  readonly channels: readonly StoredChannel[] | null;
}

export interface StoredChannel {
  readonly defect: string;
  /** The highest keys of its pixels, as many as its saturation area. Any other can add nothing to its sPRO. */
  readonly highest: Uint32Array;
}

/** An image checked and taken apart, before anything is kept. */
export interface ReadImage extends DenseMap {
  /** Null: no defect. */
  readonly mask: Uint8Array | null;
  readonly channels:
    | readonly { readonly defect: string; readonly mask: Uint8Array; readonly saturation: number }[]
    | null;
  readonly warnings: readonly string[];
}

/** @throws MetricError with `index`, as `PixelAccumulator.add` says */
export function readImage(
  caller: string,
  image: PixelImage,
  maskThreshold: number | undefined,
  index: number,
): ReadImage {
  const where = `${caller}: image ${index}`;
  const { map: grid, mask: maskGrid = null, channels } = image;
  const map = readMap(where, grid, index);
  if (channels === undefined) {
    const mask = maskGrid && readMask(where, 'the mask', maskGrid, map, maskThreshold, index);
    return mask?.includes(1)
      ? { ...map, mask, channels: null, warnings: [] }
      : { ...map, mask: null, channels: [], warnings: [] };
  }
  if (maskGrid !== null)
    throw new MetricError('BAD_ARGUMENT', `${where}: has a mask and channels, one is enough`, index);
  const warnings: string[] = [];
  const union = new Uint8Array(map.values.length);
  const read = channels.map((channel, i) => {
    const mask = readMask(where, `channel ${i}`, channel.mask, map, maskThreshold, index);
    let area = 0;
    for (let at = 0; at < mask.length; at++) {
      union[at]! |= mask[at]!;
      area += mask[at]!;
    }
    if (area === 0) throw new MetricError('BAD_LABEL', `${where}: channel ${i} has no anomalous pixel`, index);
    const saturation = saturationOf(channel, area, `${where}: channel ${i}`, index);
    const told = warningOf(channel, area);
    if (told !== null) warnings.push(`image ${index}, channel ${i} (${channel.defect}): ${told}`);
    return { defect: channel.defect, mask, saturation };
  });
  return { ...map, mask: read.length > 0 ? union : null, channels: read, warnings };
}

function saturationOf(channel: DefectChannel, area: number, where: string, index: number): number {
  try {
    return saturationArea(area, channel);
  } catch (error) {
    throw error instanceof MetricError ? new MetricError(error.code, `${where}: ${bare(error)}`, index) : error;
  }
}

function bare(error: MetricError): string {
  return error.message.replace(`[${error.code}] `, '');
}

function warningOf({ saturationThreshold: t, relativeSaturation }: DefectChannel, area: number): string | null {
  if (relativeSaturation)
    return Math.trunc(t * area) === 0 ? `${t} of its ${area} pixels is none; one is asked for` : null;
  return t > area ? `it saturates at ${t} pixels and has ${area}; all of them are asked for` : null;
}

export function storeImage(image: ReadImage): StoredImage {
  const { values, mask, width, height } = image;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  if (mask === null) {
    const normal = new Uint32Array(bits.length);
    for (let i = 0; i < bits.length; i++) normal[i] = keyOfBits(bits[i]!);
    return { normal, anomalous: new Uint32Array(0), regions: 0, channels: [] };
  }
  const { count, labels, areas } = connectedComponents(mask, width, height, 8);
  const positives = areas.reduce((sum, area) => sum + area, 0);
  const normal = new Uint32Array(bits.length - positives);
  const anomalous = new Uint32Array(2 * positives);
  for (let i = 0, n = 0, p = 0; i < bits.length; i++) {
    const key = keyOfBits(bits[i]!);
    if (labels[i] === 0) {
      normal[n++] = key;
    } else {
      anomalous[p + HIGH] = key;
      anomalous[p + LOW] = areas[labels[i]! - 1]!;
      p += 2;
    }
  }
  const channels = image.channels?.map(({ defect, mask: own, saturation }) => {
    return { defect, highest: highestKeys(bits, own, saturation) };
  });
  return { normal, anomalous, regions: count, channels: channels ?? null };
}

/** The `count` highest keys of the mask's pixels. */
export function highestKeys(bits: Uint32Array, mask: Uint8Array, count: number): Uint32Array {
  const keys: number[] = [];
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) keys.push(keyOfBits(bits[i]!));
  const sorted = Uint32Array.from(keys).sort();
  return sorted.slice(sorted.length - count);
}

/** Pixels of each class whose key is at least `first`. */
export function countFlagged({ normal, anomalous }: StoredImage, first: number): { hits: number; falseAlarms: number } {
  let falseAlarms = 0;
  for (let i = 0; i < normal.length; i++) if (normal[i]! >= first) falseAlarms++;
  let hits = 0;
  for (let i = HIGH; i < anomalous.length; i += 2) if (anomalous[i]! >= first) hits++;
  return { hits, falseAlarms };
}
