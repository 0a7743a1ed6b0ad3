// Defect channels of MVTec LOCO AD and AutoVI: ground truth in one mask per defect, which may overlap, each with an area at
// which it counts as found (Bergmann et al. 2022, IJCV 130).
import { MetricError } from './errors.js';
import { type Grid, readValues } from './grid.js';

/** When a defect counts as found in full. */
export interface Saturation {
  /** Pixels, a whole number >= 1; or, if relative, the share of the defect's area, in (0, 1]. */
  readonly saturationThreshold: number;
  readonly relativeSaturation: boolean;
}

export interface DefectChannel extends Saturation {
  /** `[height, width]` of the map, with at least one anomalous pixel. Not split into components. */
  readonly mask: Grid;
  /** Its type, by which results can be told apart. */
  readonly defect: string;
}

/** An entry of the data sets' `defects_config.json`. */
export interface DefectConfig {
  readonly defect_name: string;
  /** What its pixels are in the masks. */
  readonly pixel_value: number;
  readonly saturation_threshold: number;
  readonly relative_saturation: boolean;
}

/**
 * Pixels of a defect that are enough: relative trunc(t a), absolute min(t, a). A tiny defect with a relative threshold would
 * saturate at nothing; it needs one pixel.
 * @throws MetricError `BAD_ARGUMENT`
 */
export function saturationArea(area: number, { saturationThreshold: t, relativeSaturation }: Saturation): number {
  const valid = relativeSaturation ? t > 0 && t <= 1 : Number.isSafeInteger(t) && t >= 1;
  if (!valid) {
    const range = relativeSaturation ? 'a share in (0, 1]' : 'a whole number of pixels >= 1';
    throw new MetricError('BAD_ARGUMENT', `saturationThreshold is ${t}, not ${range}`);
  }
  return Math.max(1, relativeSaturation ? Math.trunc(t * area) : Math.min(t, area));
}

/**
 * The channels of one image from its mask files as they are: zeros, and the one pixel value that names the defect's entry in
 * the configuration.
 * @throws MetricError with the mask's index: `BAD_LABEL` (no or several pixel values, or one without an entry), `SHAPE`
 */
export function defectChannels(masks: readonly Grid[], config: readonly DefectConfig[]): DefectChannel[] {
  return masks.map((mask, i) => {
    const pixels = readValues('defectChannels', `mask ${i}`, mask, i);
    const values = new Set(pixels.filter((pixel) => pixel !== 0));
    const [value] = values;
    const entry = config.find(({ pixel_value }) => pixel_value === value);
    if (values.size !== 1 || entry === undefined) {
      const known = config.map(({ pixel_value }) => pixel_value).join(', ');
      const found = [...values].slice(0, 5).join(', ');
      throw new MetricError(
        'BAD_LABEL',
        `defectChannels: mask ${i} holds [${found}] beside 0, not one of [${known}]`,
        i,
      );
    }
    return {
      mask: { data: Uint8Array.from(pixels, (pixel) => (pixel === value ? 1 : 0)), shape: mask.shape },
      defect: entry.defect_name,
      saturationThreshold: entry.saturation_threshold,
      relativeSaturation: entry.relative_saturation,
    };
  });
}
