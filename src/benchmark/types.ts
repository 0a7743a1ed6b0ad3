// The record that an evaluation leaves behind: the `--json` output and the report are made from it alone.

/** Null where a metric is undefined (one class only, no masks); see the metrics module. All values 0..1. */
export interface ImageMetrics {
  readonly auroc: number | null;
  readonly ap: number | null;
  /** Oracle value: its threshold comes from test labels. */
  readonly f1Max: number | null;
  readonly f1MaxThreshold: number | null;
}

export interface PixelMetrics extends ImageMetrics {
  /** AUPRO up to a false-positive rate of 0.3. */
  readonly aupro: number | null;
}

/** What the model's own threshold, set on good images alone, does on the test images. */
export interface OperatingPoint {
  readonly threshold: number;
  /** Wanted share of good images flagged. */
  readonly falseAlarmRate: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export interface ImageResult {
  readonly id: string;
  readonly defectType: string;
  readonly label: 0 | 1 | -1;
  readonly score: number;
  readonly pValue: number | null;
  readonly isAnomalous: boolean | null;
}

export interface Evaluation {
  readonly schema: 'iad-tf/evaluation@1';
  readonly libraryVersion: string;
  readonly method: string;
  /** The method's full configuration, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly backend: string;
  readonly backbone: { readonly id: string; readonly hash: string };
  readonly dataset: {
    readonly name: string;
    readonly layout: string;
    readonly split: string;
    readonly train: number;
    readonly testGood: number;
    readonly testAnomalous: number;
  };
  readonly image: ImageMetrics;
  /** Null where the dataset has no masks. Pixels are those of the network's input geometry. */
  readonly pixel: PixelMetrics | null;
  /** Each defect type against all good test images. */
  readonly perDefect: Readonly<
    Record<string, { readonly count: number; readonly image: ImageMetrics; readonly pixel: PixelMetrics | null }>
  >;
  readonly operatingPoint: OperatingPoint | null;
  /** Milliseconds: per stage of fitting, in all and per image of predicting. */
  readonly timings: {
    readonly fit: Readonly<Record<string, number>>;
    readonly predictTotal: number;
    readonly perImage: { readonly decode: number; readonly features: number; readonly scoring: number };
  };
  /** Peak resident set size of the process, bytes; null where it cannot be read. */
  readonly peakMemory: number | null;
  /** Rows and columns of the memory bank. */
  readonly memoryBank: { readonly rows: number; readonly columns: number };
  readonly images: readonly ImageResult[];
  readonly warnings: readonly string[];
}
