// A benchmark's results as they are written and read again.
import * as z from 'zod';

const Timing = z.object({ ms: z.number(), spread: z.number().nullable(), samples: z.number() });

const Row = z.object({
  op: z.string(),
  sizes: z.string(),
  backend: z.string(),
  ...Timing.shape,
  gflops: z.number(),
  gbps: z.number(),
  /** Of the time that this machine's limits allow at best; null where they are not known. */
  share: z.number().nullable(),
  /** The baselines of the same run. */
  baselines: z.record(z.string(), Timing),
});

export const Machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGiB: z.number(),
  platform: z.string(),
  node: z.string(),
});

export const Results = z.object({
  date: z.string(),
  machine: Machine,
  versions: z.record(z.string(), z.string()),
  arguments: z.string(),
  backends: z.array(
    z.object({
      name: z.string(),
      device: z.string(),
      limits: z.object({ gflops: z.number(), gbps: z.number() }).nullable(),
    }),
  ),
  rows: z.array(Row),
  /** Rows that could not be measured, and why. */
  failures: z.array(z.object({ op: z.string(), sizes: z.string(), backend: z.string(), reason: z.string() })),
});

export type ResultRow = z.infer<typeof Row>;
export type BenchResults = z.infer<typeof Results>;

/** What a row is known by from run to run. */
export function keyOf({ backend, op, sizes }: Pick<ResultRow, 'backend' | 'op' | 'sizes'>): string {
  return `${backend} ${op} ${sizes}`;
}
