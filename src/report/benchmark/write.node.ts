// Writes the report of a benchmark: report.html, report.md, report.json, results.csv; all of it or nothing.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type BenchmarkReport, benchmarkReport, type Results } from '../../benchmark/report/index.js';
import { throwIfAborted } from '../../runtime/errors.js';
import { writing } from '../../runtime/writing.node.js';
import { checkReportFolder, type ReportEntries, replaceReport } from '../folder.node.js';
import { renderBenchmarkCharts } from './charts.js';
import { csvText } from './csv.js';
import { renderBenchmarkReport } from './html.js';
import { markdownReport } from './markdown.js';
import { loadThumbnails } from './thumbnails.node.js';

const ENTRIES: ReportEntries = {
  all: ['report.html', 'report.md', 'report.json', 'results.csv'],
  marks: ['report.html', 'report.json'],
};

export interface BenchmarkReportOptions {
  /** The folder that holds the datasets, for small pictures of the worst images. Default: none. */
  readonly dataRoot?: string;
  /** Stops with the error ABORTED; an earlier report stays. */
  readonly signal?: AbortSignal;
}

export interface WrittenReport {
  readonly report: BenchmarkReport;
  /** The path of report.html. */
  readonly page: string;
  /** Images that there is no picture of, although a folder was given. */
  readonly missingPictures: number;
}

/**
 * Writes the report of a benchmark's records into `directory`, which is made if needed; an earlier report in it is replaced,
 * other files stay. The same records, and pictures, give the same bytes.
 * @throws IadError DISK_FULL or WRITE_FAILED; ABORTED
 */
export async function writeBenchmarkReport(
  directory: string,
  results: Results,
  { dataRoot, signal }: BenchmarkReportOptions = {},
): Promise<WrittenReport> {
  const target = resolve(directory);
  await checkReportFolder(target, ENTRIES);
  const report = benchmarkReport(results);
  const { pictures, missing } =
    dataRoot === undefined ? { pictures: undefined, missing: 0 } : await loadThumbnails(report, dataRoot, signal);
  const figures = await renderBenchmarkCharts(report);
  throwIfAborted(signal);
  const files = {
    'report.html': renderBenchmarkReport(report, figures, pictures),
    'report.md': markdownReport(report),
    'report.json': `${JSON.stringify(report, null, 1)}\n`,
    'results.csv': csvText(report),
  };
  await writing(target, () => mkdir(dirname(target), { recursive: true }));
  const scratch = await writing(target, () => mkdtemp(`${target}.new-`));
  try {
    await writing(target, async () => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(scratch, name), text);
      await replaceReport(target, scratch, ENTRIES);
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { report, page: join(target, 'report.html'), missingPictures: missing };
}
