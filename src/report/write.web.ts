// A browser has no folder to write to: `renderReport` gives the page as text.
import type { Evaluation } from '../benchmark/types.js';
import { IadError } from '../runtime/errors.js';
import type { ReportCase } from './types.js';

export interface ReportOptions {
  readonly pixelThreshold?: number | null;
  readonly signal?: AbortSignal;
}

/** @throws IadError NODE_ONLY always */
export async function writeReport(
  directory: string,
  _evaluation: Evaluation,
  _cases: AsyncIterable<ReportCase> | Iterable<ReportCase>,
  _options: ReportOptions = {},
): Promise<string> {
  throw new IadError('NODE_ONLY', 'writing a report needs a file system', {
    path: directory,
    hint: 'In a browser, use renderReport.',
  });
}
