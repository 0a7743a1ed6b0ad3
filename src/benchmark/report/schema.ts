// What `iad-tf benchmark report` makes of a results folder, as data: report.json. The pages are this, laid out.
import * as z from 'zod';
import { count, share, text } from '../schema-fields.js';
import type { Frozen } from '../types.js';

const value = (description: string) => z.number().nullable().describe(description);
const deviation = (description: string) => z.number().min(0).nullable().describe(description);

const labels = {
  dataset: text('The dataset, as in `datasets`'),
  setting: text('The learning setting, as in `settings`'),
  method: text('The method, as in `methods`'),
  category: text('The category'),
};

const figure = {
  mean: value('Mean over the repeats; null where undefined or not there'),
  sd: deviation('Sample standard deviation over the repeats; null with fewer than two'),
  repeats: count('Repeats with a value'),
};

const publishedFigure = z.object({
  reference: count('Which of the references of the dataset, from 0'),
  value: z.number().describe('The number as printed, rates as fractions'),
  std: deviation('The standard deviation as printed; its meaning is the source’s'),
  difference: value('Mean less published value; null without a mean'),
  apart: z
    .boolean()
    .describe('Of another resolution, split, backbone or definition of the metric: not to share a column with ours'),
  note: z.string().nullable().describe('What is to be said about this number alone'),
});

const cell = z.object({
  ...figure,
  undefinedIn: count('Repeats in which the metric is undefined; one makes the mean undefined'),
  failed: count('Repeats whose job failed'),
  missing: count('Repeats without a record'),
  served: z.boolean().describe('Whether the method serves the setting'),
  categories: z
    .object({ used: count('Those with a mean'), of: count('All of the table') })
    .nullable()
    .describe('Categories that a mean over categories is taken of; null in other rows'),
  spread: deviation('Population standard deviation over the categories, no uncertainty; null in other rows'),
  best: z.boolean().describe('The best mean of the row'),
  p: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe("Welch's two-sided p-value against the best; null where it cannot be told"),
  marked: z.boolean().describe('Printed in bold: the best, and what is not significantly different from it at 5 %'),
  published: z.array(publishedFigure).describe('Published numbers for the same, the closest protocol first'),
});

const row = z.object({
  name: text('What the row is of'),
  kind: z
    .enum(['category', 'mean', 'setting', 'mean-of-four', 'final', 'forgetting', 'just-learnt'])
    .describe(
      'A category; the mean over categories; that mean under a setting; the mean of four settings that IM-IAD compares methods by; of continual learning the mean after the last task, the forgetting measure, and the mean of each task when just learnt',
    ),
  repeats: count('Repeats that were wanted of each cell'),
  better: z.enum(['higher', 'lower']).describe('Which values are better'),
  cells: z.array(cell).describe('One per column'),
});

const table = z.object({
  kind: z.enum(['categories', 'settings', 'continual']).describe('What the rows are'),
  dataset: labels.dataset,
  setting: z.string().nullable().describe('The learning setting; null where the rows are settings'),
  metric: text('The metric, as in `metrics`'),
  title: text('Dataset, metric, setting with its parameters, repeats, and which categories if not all'),
  columns: z.array(z.string()).describe('Methods'),
  rows: z.array(row).describe('From the top'),
  undefinedCells: count('Cells that lack a mean because the metric is undefined there'),
  notes: z.array(z.string()).describe('What has to be said below the table'),
});

const reference = z.object({
  source: text('The publication, as in `sources`'),
  table: text('The table there'),
  setting: text('The setting there'),
  ours: text('The setting here, as in `settings`, or mean-of-four'),
  runs: z
    .array(
      z.object({
        method: labels.method,
        metrics: z.array(z.string()).describe('The metrics that this holds for'),
        differences: z.array(z.string()).describe('In what the runs differ, or are not known to agree'),
      }),
    )
    .describe('The methods that numbers stand beside'),
});

const used = z.object({
  setting: labels.setting,
  category: labels.category,
  train: text('Normal images given to learn from, augmented copies not counted; a range where jobs differ'),
  learnedFrom: z
    .array(
      z.object({
        method: labels.method,
        images: text('Number of images, a range where jobs differ'),
      }),
    )
    .describe(
      'What each method learned from, without the images held out for thresholds or to choose an epoch; noise and augmented copies count one by one',
    ),
  trainAnomalous: text('Anomalous images in the training set, as anomalies or as noise'),
  testGood: text('Good test images'),
  testAnomalous: text('Anomalous test images'),
  manifests: z.array(z.string()).describe('Each task, and the SHA-256 of its manifest'),
});

const dataset = z.object({
  name: text('As the benchmark calls it, with the split where it is there by several'),
  folder: text('As the benchmark calls it'),
  id: z.string().nullable().describe('The published dataset that it is; null for any other'),
  layout: text('The layout of the folder'),
  split: text('The split'),
  categories: z.array(z.string()).describe('Those of this benchmark'),
  allCategories: z.array(z.string()).nullable().describe('Those of the published dataset; null for any other'),
  images: z.array(used).describe('Numbers of images that were used'),
  references: z
    .array(reference)
    .describe('Where published numbers come from, and what keeps them from being comparable'),
});

const setting = z.object({
  id: text('In one word, parameters included'),
  title: text('For people, parameters included'),
});

const method = z.object({
  label: text('What the tables call it'),
  id: text("The method's id"),
  backbone: z.string().nullable().describe('Name in the catalogue of weights, or the path of a file'),
  code: z.string().nullable().describe('SHA-256 of the module that brings it; null for a method of the library'),
  backboneHash: z.string().nullable().describe('SHA-256 of the weights; null if no job was done'),
  config: z
    .record(z.string(), z.unknown())
    .describe('The full configuration without the seed, under its first setting'),
  except: z
    .array(
      z.object({
        setting: labels.setting,
        config: z.record(z.string(), z.unknown()).describe('The fields that differ'),
      }),
    )
    .describe('Settings under which fields of the configuration are other'),
});

const environment = z.object({
  machine: text('Processor, cores, memory, system'),
  software: text('Versions of iad-tf and Node, commit, backend'),
  jobs: count('Jobs recorded there'),
  parallel: count('Most jobs at once'),
});

const efficiency = z.object({
  dataset: labels.dataset,
  setting: labels.setting,
  method: labels.method,
  auroc: value('Mean image AUROC over categories and repeats; null where undefined'),
  training: z.number().min(0).describe('Milliseconds of learning one category, mean'),
  latency: deviation(
    'Milliseconds per image for features and scoring, mean over the tests; null where features came from a cache',
  ),
  peakMemory: deviation(
    'Largest peak resident set size of a job, bytes; null where the process did several jobs, or the system does not tell',
  ),
  imagesPerSecond: deviation('Test images by the wall clock, all threads, mean over the tests; null as for latencies'),
  learned: text('What a model keeps, such as memory bank 1000 x 1024; of continual learning after the last task'),
  parallel: count('Most jobs that ran at once, which times suffer from'),
});

const curve = z.object({
  dataset: labels.dataset,
  kind: z.enum(['shots', 'noise']).describe('Image AUROC over training images, or over the percentage of noise'),
  panel: text('What the settings of the curve have in common'),
  method: labels.method,
  points: z
    .array(z.object({ x: z.number().describe('Shots or per cent'), ...figure }))
    .describe('Mean image AUROC over the categories'),
});

const matrix = z.object({
  dataset: labels.dataset,
  setting: labels.setting,
  method: labels.method,
  metric: text('The metric, as in `metrics`'),
  tasks: z.array(z.string()).describe('Categories in the order of learning'),
  repeats: count('Repeats that the values are means of'),
  values: z
    .array(z.array(z.number().nullable()))
    .describe('values[i][j]: on task j after learning task i, j from 0 to i; null where undefined'),
  learned: z.array(z.string()).describe('What the method keeps after each task, such as memory bank 1000 x 1024'),
});

const defect = z.object({
  ...labels,
  defect: text('The type of defect'),
  images: count('Test images of it'),
  imageAuroc: z.object(figure).describe('Image AUROC against all good test images'),
  aupro: z.object(figure).describe('AUPRO up to a false-positive rate of 0.3'),
});

const worstImage = z.object({
  id: text('Path below the dataset folder'),
  defectType: text('Folder of the defect, or good'),
  label: z.union([z.literal(0), z.literal(1)]).describe('0 good, 1 anomalous'),
  score: z.number().describe('Image score, mean over the repeats'),
  misplaced: share('Share of the images of the other class on the wrong side of it, ties half; mean over the repeats'),
});

const worst = z.object({
  ...labels,
  images: z.array(worstImage).describe('The most misplaced first; none where every image is on its side'),
});

const failure = z.object({
  id: text('The job'),
  title: text('For people'),
  code: z.string().nullable().describe('The code of an error of this library'),
  message: text('Why'),
});

export const benchmarkReportSchema = z
  .object({
    schema: z.literal('iad-tf/benchmark-report@1'),
    libraryVersion: text('Version of iad-tf that ran the jobs'),
    fingerprint: text('SHA-256 of the ids of all jobs'),
    jobs: z
      .object({ all: count('Of the configuration'), done: count('Carried out'), failed: count('Ended in an error') })
      .describe('Numbers of jobs'),
    cacheFeatures: z
      .boolean()
      .describe('Features of some jobs came from a cache that methods share, rounded to float16'),
    metrics: z
      .array(z.object({ id: text('In one word'), title: text('For people'), note: text('Variant and limit') }))
      .describe('The metrics of the tables'),
    methods: z.array(method).describe('The methods'),
    settings: z.array(setting).describe('The learning settings'),
    datasets: z.array(dataset).describe('The datasets'),
    environments: z.array(environment).describe('Where the jobs ran'),
    tables: z.array(table).describe('The tables'),
    efficiency: z.array(efficiency).describe('Quality against cost'),
    curves: z.array(curve).describe('Quality against training images and against noise'),
    matrices: z.array(matrix).describe('Continual learning, task by task'),
    defects: z.array(defect).describe('Each type of defect, under the first setting of its dataset'),
    worst: z.array(worst).describe('The worst images of each cell'),
    failures: z.array(failure).describe('Jobs that ended in an error'),
    missing: z.array(failure.pick({ id: true, title: true })).describe('Jobs without a record'),
    skipped: z
      .array(z.object({ what: text('For people'), code: text('The code of the error'), reason: text('Why') }))
      .describe('What the configuration asks for and cannot be'),
    sources: z
      .array(
        z.object({
          id: text('In one word'),
          citation: text('Authors, title, where'),
          protocol: z.array(z.string()).describe('How its numbers came about'),
          contradictions: z.array(z.string()).describe('Where it contradicts itself'),
        }),
      )
      .describe('The publications that numbers are taken from'),
  })
  .describe('What `iad-tf benchmark report` writes as report.json: tables, curves and lists of a results folder.');

export type BenchmarkReport = Frozen<z.infer<typeof benchmarkReportSchema>>;
export type ReportTable = BenchmarkReport['tables'][number];
export type ReportRow = ReportTable['rows'][number];
export type ReportCell = ReportRow['cells'][number];
export type ReportDataset = BenchmarkReport['datasets'][number];
export type ReportFigure = Pick<ReportCell, 'mean' | 'sd' | 'repeats'>;
