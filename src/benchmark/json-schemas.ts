// The JSON Schemas (draft 2020-12) of what is read and written, as published in schemas/.
import * as z from 'zod';
import { gridSchema } from './grid/config.js';
import { gridManifestSchema, jobRecordSchema } from './grid/record.js';
import { benchmarkReportSchema } from './report/schema.js';
import { evaluationSchema, predictionsSchema } from './schema.js';

/** By file name. */
export function jsonSchemas(): Record<string, unknown> {
  // As for input: further fields are allowed, so that a reader is not broken by an addition.
  const publish = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return {
    'benchmark.json': publish(gridSchema),
    'benchmark-report.json': publish(benchmarkReportSchema),
    'evaluation.json': publish(evaluationSchema),
    'grid.json': publish(gridManifestSchema),
    'job.json': publish(jobRecordSchema),
    'predictions.json': publish(predictionsSchema),
  };
}
