// The thorough check: decodes every image and mask of a dataset, one at a time, and says what it holds.
import { readBytes } from '#platform/data/files';
import { connectedComponents } from '../metrics/index.js';
import { IadError, throwIfAborted } from '../runtime/errors.js';
import { type OnProgress, stageProgress } from '../runtime/progress.js';
import { digestOf, sha256 } from './digest.js';
import { checkedHeader, decodeUnturned, MAX_BYTES } from './image.js';
import { publishedCategory, type SizeRange } from './layouts/published.js';
import { loadDefectChannels, loadMask } from './load.js';
import { listed } from './paths.js';
import type { Dataset, Sample } from './types.js';

/** One part of a dataset: `train`, `val`, `test` or `setAside`. */
export interface PartReport {
  readonly images: number;
  readonly normal: number;
  readonly anomalous: number;
  /** Images with a mask. */
  readonly masks: number;
  /** Connected regions (8 neighbours) of all masks. */
  readonly regions: number;
  /** Images by `<width> x <height>`. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Images by what their pixels are: `png 8-bit RGB`. */
  readonly modes: Readonly<Record<string, number>>;
}

export interface VerifyReport {
  readonly images: number;
  readonly masks: number;
  /** Files that cannot be used: one message each. */
  readonly problems: readonly string[];
  /** Ids of anomalous images whose masks have no anomalous pixel; they stay anomalous at image level. */
  readonly emptyMasks: readonly string[];
  /** Other things worth knowing: sizes that were not published, images stored turned. */
  readonly warnings: readonly string[];
  readonly parts: Readonly<Record<'train' | 'val' | 'test' | 'setAside', PartReport>>;
  /** SHA-256 over path, length and SHA-256 of every file in use, 64 hexadecimal digits; results quote the first 12. */
  readonly digest: string;
}

type Tally = { -readonly [Key in keyof PartReport]: PartReport[Key] extends number ? number : Record<string, number> };

/**
 * Decodes everything; a bad file is reported, not thrown. Takes as long as reading all images does.
 * @throws IadError `ABORTED`
 */
export async function verifyDataset(
  dataset: Dataset,
  options: { onProgress?: OnProgress; signal?: AbortSignal } = {},
): Promise<VerifyReport> {
  const parts = { train: tally(), val: tally(), test: tally(), setAside: tally() };
  const work = [
    ...dataset.train.map((sample) => ({ sample, part: parts.train })),
    ...(dataset.validation ?? []).map((sample) => ({ sample, part: parts.val })),
    ...dataset.test.map((sample) => ({ sample, part: parts.test })),
    ...(dataset.setAside ?? []).map((sample) => ({ sample, part: parts.setAside })),
  ];
  const report = stageProgress(options.onProgress, 'verify', work.length);
  const problems: string[] = [];
  const emptyMasks: string[] = [];
  const warnings: string[] = [];
  const files: string[] = [];
  const strange = new Map<string, string[]>();
  for (const [index, { sample, part }] of work.entries()) {
    throwIfAborted(options.signal);
    const size = publishedCategory(dataset.layout, sample.category)?.size;
    try {
      files.push(...(await fileLines(sample)));
      await checkImage(sample, part, size, strange, warnings);
      const regions = await checkMasks(sample, part);
      if (regions === 0) emptyMasks.push(sample.id);
    } catch (error) {
      if (!(error instanceof IadError)) throw error;
      problems.push(error.message);
    }
    report(index + 1);
  }
  for (const [text, ids] of strange) warnings.push(`SIZE_UNEXPECTED: ${ids.length} images are ${text}: ${listed(ids)}`);
  const masks = Object.values(parts).reduce((sum, part) => sum + part.masks, 0);
  return { images: work.length, masks, problems, emptyMasks, warnings, parts, digest: await digestOf(files) };
}

function tally(): Tally {
  return { images: 0, normal: 0, anomalous: 0, masks: 0, regions: 0, sizes: {}, modes: {} };
}

/** @param strange gets the ids of images whose size was not published, by what is said of them */
async function checkImage(
  sample: Sample,
  part: Tally,
  size: SizeRange | undefined,
  strange: Map<string, string[]>,
  warnings: string[],
): Promise<void> {
  part.images++;
  if (sample.label === 0) part.normal++;
  if (sample.label === 1) part.anomalous++;
  const { image } = sample;
  if (typeof image !== 'string' && !(image instanceof Uint8Array)) {
    add(part.sizes, `${image.width} x ${image.height}`);
    add(part.modes, 'pixels');
    return;
  }
  const path = typeof image === 'string' ? image : sample.id;
  const bytes = typeof image === 'string' ? await readBytes(image, MAX_BYTES) : image;
  const header = checkedHeader(bytes, { path });
  await decodeUnturned(bytes, header, path);
  const { width, height, orientation, format, mode } = header;
  add(part.sizes, `${width} x ${height}`);
  add(part.modes, `${format} ${mode}`);
  if (size && !(within(width, size.width) && within(height, size.height))) {
    const due = [size.width, size.height].map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(' x ');
    const text = `${width} x ${height}, published ${due}`;
    const ids = strange.get(text);
    if (ids) ids.push(sample.id);
    else strange.set(text, [sample.id]);
  }
  if (orientation !== 1) warnings.push(`${sample.id}: stored turned (EXIF orientation ${orientation})`);
}

/** @returns the regions of the mask; undefined without one */
async function checkMasks(sample: Sample, part: Tally): Promise<number | undefined> {
  const mask = await loadMask(sample);
  if (!mask) return undefined;
  await loadDefectChannels(sample);
  const { count } = connectedComponents(mask.data, mask.width, mask.height);
  part.masks++;
  part.regions += count;
  return count;
}

/** `<path>,<length>,<SHA-256>` of the sample's files. */
async function fileLines(sample: Sample): Promise<string[]> {
  const sources = [
    { path: sample.id, source: sample.image },
    ...sample.masks.map(({ source, path }, i) => ({ path: path ?? `${sample.id}#mask${i}`, source })),
  ];
  const lines: string[] = [];
  for (const { path, source } of sources) {
    if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
      lines.push(`${path},${source.data.length},${await sha256(source.data)}`);
      continue;
    }
    const bytes = typeof source === 'string' ? await readBytes(source, MAX_BYTES) : source;
    lines.push(`${path},${bytes.length},${await sha256(bytes)}`);
  }
  return lines;
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function within(value: number, [from, to]: readonly [number, number]): boolean {
  return value >= from && value <= to;
}
