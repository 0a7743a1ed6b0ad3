// AUsPRO of datasets whose masks come as defect channels with saturation thresholds (MVTec LOCO AD, AutoVI): the maps are compared at
// the images' own sizes, where the thresholds are pixels.
import { loadDefectChannels, loadSize } from '../data/load.js';
import type { Sample } from '../data/types.js';
import { imageMapOf } from '../data/views.js';
import type { AnomalyMethod, Prediction } from '../methods/types.js';
import { BinnedPixelAccumulator, locoAuroc, PixelAccumulator } from '../metrics/index.js';
import type { ImageResult, Saturated } from './types.js';

/** Upper false-positive rates; the second is the one that tables print. */
const LIMITS = [0.01, 0.05, 0.1, 0.3, 1] as const;

type Group = NonNullable<Sample['anomalyGroup']> | 'good' | 'other';

/** Whether a dataset's masks are defect channels. */
export function hasChannels(samples: readonly Sample[]): boolean {
  return samples.some(({ masks }) => masks.some(({ rule }) => rule === 'config'));
}

/** A few seconds to sort, and some 16 MiB. */
const MOST_EXACT = 2 ** 22;

interface Value {
  readonly auspro: number | null;
  readonly errorBound: number | null;
}

/**
 * Exact up to four million pixels. Beyond that scores are counted instead of kept, for at these sizes they are more than memory holds: in
 * up to 128 MiB for each kind of image, and with a bound of the error.
 */
export class SaturatedOverlap {
  readonly #counted = new Map<Group, BinnedPixelAccumulator>();
  readonly #groups: Group[] = [];
  #exact: PixelAccumulator | null = new PixelAccumulator();
  #pixels = 0;
  readonly #mostExact: number;

  /** @param mostExact pixels up to which scores are kept one by one */
  constructor(mostExact = MOST_EXACT) {
    this.#mostExact = mostExact;
  }

  /**
   * Leaves out an anomalous image without masks.
   * @param prediction with its map at the size of the network's input
   * @throws IadError as `loadDefectChannels`
   */
  async add(sample: Sample, { map }: Prediction, method: AnomalyMethod): Promise<void> {
    if (sample.label === 1 && sample.masks.length === 0) return;
    const { width, height } = await loadSize(sample.image, { path: sample.id });
    const [mapHeight = 0, mapWidth = 0] = map.shape;
    const plan = method.planOf(width, height);
    const { data } = imageMapOf({ width: mapWidth, height: mapHeight, data: map.data }, plan);
    const image = { map: { data, shape: [height, width] }, channels: await loadDefectChannels(sample) };
    const group = groupOf(sample);
    const counted = this.#counted.get(group) ?? new BinnedPixelAccumulator();
    this.#counted.set(group, counted);
    counted.add(image);
    this.#groups.push(group);
    this.#pixels += width * height;
    if (this.#pixels > this.#mostExact) this.#exact = null;
    this.#exact?.add(image);
  }

  /** @param images all that were predicted, with the samples that they are of */
  result(images: readonly { readonly sample: Sample; readonly result: ImageResult }[]): Saturated {
    const isGrouped = this.#counted.has('structural') || this.#counted.has('logical');
    const all = this.#overlapOf([...this.#counted.keys()]);
    const of = isGrouped && {
      structural: this.#overlapOf(['good', 'structural']),
      logical: this.#overlapOf(['good', 'logical']),
    };
    return {
      overlap: LIMITS.map((limit) => ({
        limit,
        ...all(limit),
        byGroup: of ? withMean({ structural: of.structural(limit), logical: of.logical(limit) }) : null,
      })),
      imageAuroc: isGrouped ? aurocByGroup(images) : null,
    };
  }

  /** Of the images of some groups, as a function of the limit. */
  #overlapOf(groups: readonly Group[]): (limit: number) => Value {
    const exact = this.#exact;
    if (exact) {
      const images = this.#groups.flatMap((group, i) => (groups.includes(group) ? [i] : []));
      return (limit) => {
        const auspro = exact.auspro({ images, limit });
        return { auspro, errorBound: auspro === null ? null : 0 };
      };
    }
    const joined = new BinnedPixelAccumulator();
    for (const group of groups) {
      const own = this.#counted.get(group);
      if (own) joined.merge(own);
    }
    return (sproLimit) => {
      const { auspro, errorBounds } = joined.result({ sproLimit });
      return { auspro, errorBound: errorBounds.auspro };
    };
  }
}

function withMean(values: { readonly structural: Value; readonly logical: Value }) {
  const [a, b] = [values.structural.auspro, values.logical.auspro];
  return { ...values, mean: a === null || b === null ? null : (a + b) / 2 };
}

/** Each kind of anomaly against all good images; images of neither kind are in neither. */
function aurocByGroup(
  images: readonly { readonly sample: Sample; readonly result: ImageResult }[],
): Saturated['imageAuroc'] {
  const kinds = images.flatMap(({ sample, result }) => {
    const kind = groupOf(sample);
    return kind === 'other' ? [] : [{ kind, score: result.score }];
  });
  return locoAuroc(
    kinds.map(({ score }) => score),
    kinds.map(({ kind }) => kind),
  );
}

function groupOf({ label, anomalyGroup }: Sample): Group {
  return label === 0 ? 'good' : (anomalyGroup ?? 'other');
}
