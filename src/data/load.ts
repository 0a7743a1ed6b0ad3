// Images and masks of samples, from wherever they come.
import { readBytes } from '#platform/data/files';
import { type DefectChannel, defectChannels } from '../metrics/index.js';
import { IadError } from '../runtime/errors.js';
import { type Orientation, orient } from './exif.js';
import { checkedHeader, type DecodeOptions, decodeImage, decodeUnturned, MAX_BYTES } from './image.js';
import type { Image, ImageSource, Mask, MaskRule, Sample } from './types.js';

/**
 * Loads an image from a path (Node), a URL (browser), the bytes of a file, or pixels that are already decoded.
 * @returns RGB, [height, width, 3], 0..255, upright; see `decodeImage`
 * @throws IadError `IMAGE_NOT_FOUND`, `IMAGE_FORMAT`, `IMAGE_UNREADABLE`, `IMAGE_TOO_LARGE`;
 *   `BAD_ARGUMENT` if decoded pixels do not have their stated size
 */
export async function loadImage(source: ImageSource, options: DecodeOptions = {}): Promise<Image> {
  if (typeof source === 'string') {
    const bytes = await readBytes(source, options.maxBytes ?? MAX_BYTES);
    return decodeImage(bytes, { ...options, path: source });
  }
  if (source instanceof Uint8Array) return decodeImage(source, options);
  const { width, height, data } = source;
  if (!(data instanceof Uint8Array) || data.length !== 3 * width * height || data.length === 0) {
    throw new IadError('BAD_ARGUMENT', `an image of ${width} x ${height} needs ${3 * width * height} bytes of RGB`, {
      ...(options.path === undefined ? {} : { path: options.path }),
    });
  }
  return source;
}

/**
 * The size of an image, upright, without decoding it.
 * @throws IadError as `loadImage`
 */
export async function loadSize(
  source: ImageSource,
  options: DecodeOptions = {},
): Promise<Pick<Image, 'width' | 'height'>> {
  const { width, height, orientation } = await storedShape({ id: options.path ?? 'image', image: source }, options);
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

/**
 * Loads a sample's mask: the union of its mask files. Masks refer to the stored pixel array of the image, so the image's
 * EXIF orientation is applied to them too. A mask without any anomalous pixel is allowed.
 * @returns null if the sample has no mask files (normal images; datasets without masks)
 * @throws IadError `MASK_SIZE` if a mask is not of the image's size; and as `loadImage`
 */
export async function loadMask(sample: Sample, options: DecodeOptions = {}): Promise<Mask | null> {
  if (sample.masks.length === 0) return null;
  const { width, height, orientation } = await storedShape(sample, options);
  const union = new Uint8Array(width * height);
  for (const { source, rule } of sample.masks) {
    const { bytes, header, path } = await openMask(sample, source, { width, height }, options);
    addMask(union, await decodeUnturned(bytes, header, path), rule);
  }
  return orient({ width, height, data: union }, orientation);
}

/**
 * Loads a sample's masks one by one, as the saturated per-region overlap needs them: which defect each shows, and at what area
 * it counts as found. At the image's own size, upright like the image.
 * @returns none for a sample whose masks are not of the rule `config`
 * @throws IadError `MASK_VALUE_UNKNOWN` for a mask with no, several or coloured values, or one that `defects_config.json` does
 *   not have; and as `loadMask`
 */
export async function loadDefectChannels(sample: Sample, options: DecodeOptions = {}): Promise<DefectChannel[]> {
  const masks = sample.masks.filter(({ rule }) => rule === 'config');
  if (masks.length === 0) return [];
  const { width, height, orientation } = await storedShape(sample, options);
  const channels: DefectChannel[] = [];
  for (const { source, defects = [] } of masks) {
    const { bytes, header, path } = await openMask(sample, source, { width, height }, options);
    const { data } = await decodeUnturned(bytes, header, path);
    const values = Uint8Array.from({ length: width * height }, (_, i) => data[3 * i]!);
    const coloured = values.some((value, i) => value > 0 && (data[3 * i + 1] !== value || data[3 * i + 2] !== value));
    if (coloured) throw unknownValue('its channels differ where it is not 0', path);
    const found = [...new Set(values)].filter((value) => value > 0);
    const [value] = found;
    if (found.length !== 1) throw unknownValue(`${found.length} values beside 0, must be one`, path);
    const known = defects.map(({ pixel_value }) => pixel_value);
    if (!known.includes(value!)) throw unknownValue(`value ${value}, not one of ${known.join(', ')}`, path);
    const upright = orient({ width, height, data: values }, orientation);
    channels.push(...defectChannels([{ data: upright.data, shape: [upright.height, upright.width] }], defects));
  }
  return channels;
}

function unknownValue(what: string, path: string): IadError {
  const hint = 'The value of a mask names an entry of defects_config.json.';
  return new IadError('MASK_VALUE_UNKNOWN', what, { path, hint });
}

/**
 * Compares the sizes of a sample's masks with its image's by their headers, without decoding either.
 * @throws IadError as `loadMask`
 */
export async function checkMaskSizes(sample: Sample, options: DecodeOptions = {}): Promise<void> {
  if (sample.masks.length === 0) return;
  const shape = await storedShape(sample, options);
  for (const { source } of sample.masks) await openMask(sample, source, shape, options);
}

async function openMask(
  sample: Sample,
  source: string | Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  options: DecodeOptions,
) {
  const path = typeof source === 'string' ? source : `mask of ${sample.id}`;
  const bytes = typeof source === 'string' ? await readBytes(source, options.maxBytes ?? MAX_BYTES) : source;
  const header = checkedHeader(bytes, { ...options, path });
  if (header.width !== width || header.height !== height) {
    throw new IadError('MASK_SIZE', `${header.width} x ${header.height}, its image is ${width} x ${height}`, {
      path,
      hint: 'A mask must have the size of its image.',
    });
  }
  return { bytes, header, path };
}

async function storedShape(
  sample: Pick<Sample, 'id' | 'image'>,
  options: DecodeOptions,
): Promise<{ width: number; height: number; orientation: Orientation }> {
  const { image } = sample;
  if (typeof image !== 'string' && !(image instanceof Uint8Array)) {
    return { width: image.width, height: image.height, orientation: 1 };
  }
  const bytes = typeof image === 'string' ? await readBytes(image, options.maxBytes ?? MAX_BYTES) : image;
  return checkedHeader(bytes, { ...options, path: typeof image === 'string' ? image : sample.id });
}

function addMask(union: Uint8Array, { data }: Image, rule: MaskRule): void {
  for (let i = 0; i < union.length; i++) {
    const r = data[3 * i]!;
    const g = data[3 * i + 1]!;
    const b = data[3 * i + 2]!;
    // ITU-R 601 luma in thousandths; for a grey file exactly its value.
    if (rule === 'half' ? 299 * r + 587 * g + 114 * b >= 128_000 : rule === 'config' ? r > 0 : r + g + b > 0)
      union[i] = 1;
  }
}
