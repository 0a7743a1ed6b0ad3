// The records that `evaluate --json` and `predict --json` write: one definition for the types, the checks and the published
// JSON Schemas (schemas/*.json). A field may be added; a change of meaning or a removal raises the number after the `@`.
import * as z from 'zod';
import { count, share } from './schema-fields.js';

const metric = (description: string) => share(`${description}; null where undefined`).nullable();
const milliseconds = (description: string) => z.number().min(0).describe(`${description}, milliseconds`);

export const imageMetrics = z.object({
  auroc: metric('Area under the ROC curve'),
  ap: metric('Average precision'),
  f1Max: metric('Largest F1 over all thresholds; an oracle value, its threshold comes from test labels'),
  f1MaxThreshold: z.number().nullable().describe('The threshold of f1Max; null where undefined'),
});

export const pixelMetrics = imageMetrics.extend({
  aupro: metric('Area under the per-region-overlap curve up to a false-positive rate of 0.3, divided by 0.3'),
});

const learned = z
  .array(z.object({ name: z.string().describe('Such as memory bank'), shape: z.array(count('Length of an axis')) }))
  .describe('Sizes of what the method learned');

const timingsPerImage = z.object({
  decode: milliseconds('Reading, decoding and resizing'),
  features: milliseconds('Backbone and embedding'),
  scoring: milliseconds('Score and map'),
});

/** What every record says about how it came about. */
const provenance = {
  libraryVersion: z.string().describe('Version of iad-tf'),
  method: z.string().describe("The method's id, such as patchcore"),
  seed: count('Seed of everything random in the method'),
  backend: z.string().describe('tfjs backend and what it runs on, such as "wasm (SIMD)"'),
  backbone: z
    .object({
      id: z.string().describe('Name in the catalogue of weights, or the path of a file'),
      hash: z.string().describe('SHA-256 of the weights in use, lower-case hex'),
    })
    .describe('Where the features come from'),
  learned,
  peakMemory: z.number().min(0).nullable().describe('Peak resident set size of the process, bytes; null if not known'),
};

const latency = z.object({
  warmUp: count('First images that are not counted'),
  count: count('Images measured'),
  mean: milliseconds('Mean'),
  sd: milliseconds('Sample standard deviation; null for one image').nullable(),
  min: milliseconds('Least'),
  median: milliseconds('Median'),
  p90: milliseconds('90th percentile'),
  p95: milliseconds('95th percentile'),
  p99: milliseconds('99th percentile'),
  max: milliseconds('Largest'),
});

/** AUsPRO and how far it may be from the exact one. */
const bounded = {
  auspro: metric('Area under the saturated per-region-overlap curve up to the limit, divided by it'),
  errorBound: z
    .number()
    .min(0)
    .nullable()
    .describe('The exact value is at most this far away, 0: it is exact; null where undefined'),
};

export const saturated = z.object({
  overlap: z
    .array(
      z.object({
        limit: share('Upper false-positive rate; published tables print the one at 0.05'),
        ...bounded,
        byGroup: z
          .object({
            structural: z.object(bounded).describe('Structural anomalies and all good images'),
            logical: z.object(bounded).describe('Logical anomalies and all good images'),
            mean: metric('Mean of the two, which is another number than the pooled one'),
          })
          .nullable()
          .describe('By the kind of anomaly; null where the dataset does not tell'),
      }),
    )
    .describe('All test images pooled, and by kind; one entry per limit'),
  imageAuroc: z
    .object({
      structural: metric('Structural anomalies against all good images'),
      logical: metric('Logical anomalies against all good images'),
      mean: metric('Mean of the two'),
    })
    .nullable()
    .describe('Image AUROC by the kind of anomaly; null where the dataset does not tell'),
});

export const normalPoints = z.object({
  from: z
    .enum(['validation', 'held-out'])
    .describe("The good images that set the thresholds: the dataset's validation images, or training images held out"),
  scores: z.array(z.number()).min(1).describe('Their scores, ascending'),
  points: z
    .array(
      z.object({
        tnr: share('Wanted share of good images that are not flagged'),
        threshold: z.number().describe('Image scores above it are flagged'),
        achievedTnr: share('Share of the scores that are not above it'),
        tpr: metric('Share of the anomalous test images flagged'),
        fnr: metric('Share of the anomalous test images not flagged'),
        fpr: metric('Share of the good test images flagged'),
        warning: z.string().nullable().describe('Where there are too few scores to tell such a rate'),
      }),
    )
    .describe('One per rate'),
});

export const operatingPoint = z.object({
  threshold: z.number().describe('Image scores above it are flagged'),
  falseAlarmRate: share('Wanted share of good images flagged'),
  truePositives: count('Anomalous images flagged'),
  falsePositives: count('Good images flagged'),
  trueNegatives: count('Good images not flagged'),
  falseNegatives: count('Anomalous images not flagged'),
});

const overlap = {
  fpr: share('False-positive rate of the pixels'),
  pro: share('Overlap with a connected true region, mean over the regions'),
};

export const proCurve = z.object({
  fpr: z.array(overlap.fpr).describe('Points of the curve, rising from 0 to 1, thinned to at most 256'),
  pro: z.array(overlap.pro).describe('As many, rising from 0 to 1'),
  atThreshold: z
    .object({ threshold: z.number().describe('Map values above it are masked'), ...overlap })
    .nullable()
    .describe("What the model's own pixel threshold does; null without thresholds"),
});

export const imageResult = z.object({
  id: z.string().describe('Path below the dataset folder'),
  defectType: z.string().describe('Folder of the defect, or good'),
  label: z
    .union([z.literal(0), z.literal(1), z.literal(-1)])
    .describe('0 good, 1 anomalous, -1 not known (then not in any metric)'),
  score: z.number().describe("Image score, higher is more anomalous; its unit is the method's"),
  pValue: share('Split-conformal p-value against held-out good images; null without them').nullable(),
  isAnomalous: z.boolean().nullable().describe('score > threshold; null without thresholds'),
});

export const evaluationSchema = z
  .object({
    schema: z.literal('iad-tf/evaluation@3'),
    ...provenance,
    config: z.record(z.string(), z.unknown()).describe("The method's full configuration, defaults filled in"),
    dataset: z.object({
      name: z.string().describe('The dataset folder, or mtd'),
      layout: z.string().describe('mvtec_ad, visa, folder or another layout'),
      split: z.string().describe("Name of the split; 'given' where the folders say it"),
      train: count(
        'Good images fitted on, without those held out, augmented copies one by one; of a loaded model, the good images in the dataset',
      ),
      testGood: count('Good test images'),
      testAnomalous: count('Anomalous test images'),
      unlabelled: count('Test images of unknown label, not scored'),
      validation: count('Normal images that are neither trained on nor tested; they set thresholds'),
      setAside: count('Defective images of the training part, which nothing saw'),
    }),
    image: imageMetrics.describe('Image level'),
    pixel: pixelMetrics
      .nullable()
      .describe("Pixel level, at the network's input geometry; null where the dataset has no masks"),
    saturated: saturated
      .nullable()
      .describe(
        "Saturated per-region overlap at the images' own sizes, maps enlarged bilinearly; null unless masks are defect channels",
      ),
    proCurve: proCurve
      .nullable()
      .describe(
        'Per-region overlap over all pixels of the test images, which AUPRO is the area under; null where it is',
      ),
    perDefect: z
      .record(
        z.string(),
        z.object({ count: count('Images of this type'), image: imageMetrics, pixel: pixelMetrics.nullable() }),
      )
      .describe('Each defect type against all good test images'),
    operatingPoint: operatingPoint
      .nullable()
      .describe("What the model's own threshold, set on good images alone, does; null without thresholds"),
    normalPoints: normalPoints
      .nullable()
      .describe('True-positive rates at thresholds set on good images alone; null where none were left for that'),
    timings: z.object({
      fit: z.record(z.string(), milliseconds('A stage')).describe('Per stage of fitting; empty for a loaded model'),
      predictTotal: milliseconds('Predicting all test images, wall clock'),
      perImage: timingsPerImage.describe('Means over the test images, each in its own thread'),
      latency: latency
        .nullable()
        .describe(
          'Of one image, decoded and resized, to score and map, in its thread; null for less than two images, and where features come from a cache',
        ),
      latencyWithDecoding: latency.nullable().describe('The same from the file on'),
      imagesPerSecond: z
        .number()
        .min(0)
        .nullable()
        .describe(
          'Test images by the wall clock of the whole loop, threads, reading and the bookkeeping of metrics included; null where features come from a cache',
        ),
    }),
    images: z.array(imageResult).describe('Every test image'),
    warnings: z.array(z.string()).describe('What limits these numbers'),
  })
  .describe('What `iad-tf evaluate --json` writes: metrics of a method on a dataset, and how they came about.');

const region = z.object({
  box: z.tuple([z.int(), z.int(), z.int(), z.int()]).describe('Left, top, width, height, pixels of the image'),
  area: count('Pixels'),
  peak: z.number().describe('The largest map value inside'),
});

export const predictionResult = z.object({
  id: z.string().describe("The file's path as given"),
  score: imageResult.shape.score,
  isAnomalous: imageResult.shape.isAnomalous,
  pValue: imageResult.shape.pValue,
  regions: z.array(region).describe('Connected flagged pixels (8-connectivity), largest peak first'),
  timings: timingsPerImage,
});

export const predictionsSchema = z
  .object({
    schema: z.literal('iad-tf/predictions@2'),
    ...provenance,
    thresholds: z
      .object({
        image: z.number().describe('Image scores above it are flagged'),
        pixel: z.number().describe('Map values above it are masked'),
        typicalPixel: z.number().describe('Median map value of good images'),
      })
      .nullable()
      .describe('Null for a model without calibration'),
    falseAlarmRate: operatingPoint.shape.falseAlarmRate,
    predictions: z.array(predictionResult).describe('One per image, in the order given'),
  })
  .describe('What `iad-tf predict --json` prints: one entry per image, and how they came about.');
