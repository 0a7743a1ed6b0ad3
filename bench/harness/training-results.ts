// Results of bench:training, and those of test/reference/training_speed.py beside them, as they are written and read again.
import * as z from 'zod';
import { Machine } from './results.js';

const Lap = z.object({
  /** Of a batch of images: the median, less the first; null for a method without training steps. */
  stepSeconds: z.number().nullable(),
  steps: z.number(),
  fitSeconds: z.number(),
  stageSeconds: z.record(z.string(), z.number()),
  imagesPerSecond: z.number(),
  learned: z.array(z.object({ name: z.string(), shape: z.array(z.number()).readonly() })).readonly(),
});

export const TrainingRecord = z.object({
  date: z.string(),
  command: z.string(),
  machine: Machine,
  versions: z.record(z.string(), z.string()),
  backend: z.object({ name: z.string(), device: z.string() }),
  config: z.looseObject({ backbone: z.unknown(), inputSize: z.number(), batchSize: z.number().optional() }),
  /** By the number of threads. */
  byWorkers: z.record(z.string(), Lap),
  /** Of the time of training steps (of a fit, where there are none), on one thread: in this library's kernels, and in tfjs's. */
  kernels: z.object({
    own: z.number(),
    tfjs: z.number(),
    most: z.array(z.object({ kernel: z.string(), isOwn: z.boolean(), calls: z.number(), share: z.number() })),
  }),
  /** Seconds of an epoch of so many images, by where the features come from. */
  epochs: z.object({ images: z.number(), memory: z.number(), files: z.number(), without: z.number() }).optional(),
});

export const TrainingResults = z.object({ methods: z.record(z.string(), TrainingRecord) });

export const TorchResults = z.object({
  date: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number() }),
  versions: z.record(z.string(), z.string()),
  methods: z.record(
    z.string(),
    z.object({
      config: z.record(z.string(), z.unknown()),
      parameters: z.number(),
      /** By the number of threads. */
      stepSeconds: z.record(z.string(), z.number()),
    }),
  ),
});

export type TrainingRecord = z.infer<typeof TrainingRecord>;
export type TrainingResults = z.infer<typeof TrainingResults>;
export type TorchResults = z.infer<typeof TorchResults>;
