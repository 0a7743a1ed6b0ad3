// What goes into a report and what its parts hand to one another.
import type { Image, Mask } from '../data/types.js';

/** The map values that the ends of the colour map stand for; low < high. One scale serves all pictures of a report. */
export interface ColorScale {
  readonly low: number;
  readonly high: number;
  /** The model's pixel threshold, half way between the two; null or absent without one. */
  readonly threshold?: number | null;
}

/** One test image to show. Score, label and p-value come from the evaluation's entry with the same id. */
export interface ReportCase {
  /** As in `Evaluation.images`. */
  readonly id: string;
  readonly image: Image;
  /** Anomaly map [height, width] at the image's size, row by row. */
  readonly map: Float32Array;
  /** Pixels the model flags; null without calibration. */
  readonly mask: Mask | null;
  /** The true defect; null for good images and where there is no mask. */
  readonly truth: Mask | null;
}

/** A case as pictures: `data:image/png` or `data:image/jpeg` URIs in base64. */
export interface RenderedCase {
  readonly id: string;
  readonly image: string;
  readonly overlay: string;
  readonly truth: string | null;
}

export type ChartName = 'histogram' | 'operating-curve' | 'roc' | 'precision-recall' | 'pro' | 'per-defect';

/** SVG text by chart; null where the evaluation does not define it (one class only, no masks, no defect types). */
export type Charts = Readonly<Record<ChartName, string | null>>;
