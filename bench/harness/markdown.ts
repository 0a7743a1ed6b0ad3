// Results as a Markdown table.
import { readdirSync, readFileSync } from 'node:fs';
import { type BenchResults, Results } from './results.js';
import { ratios, short } from './table.js';

export function markdown({ rows, backends, machine, date }: BenchResults): string {
  const named = backends.map(({ name, device, limits }) => {
    const told = limits ? `, at most ${short(limits.gflops)} GFLOP/s and ${short(limits.gbps)} GB/s` : '';
    return `${name} (${device}${told})`;
  });
  const lines = rows.map((row) =>
    [
      `\`${row.op}\` ${row.sizes}`,
      row.backend,
      short(row.ms),
      short(row.gflops),
      row.share === null ? '' : `${(100 * row.share).toFixed(0)} %`,
      ratios(row).replaceAll(' x', ' ×'),
    ].join(' | '),
  );
  return [
    `${date}, ${machine.cores} cores of ${machine.cpu}, Node ${machine.node.slice(1)}; ${named.join('; ')}.`,
    '',
    '| kernel | backend | ms | GFLOP/s | of the limit | faster than |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

/** All runs in bench/results. */
export function storedRuns(): BenchResults[] {
  const folder = new URL('../results/', import.meta.url);
  const files = readdirSync(folder).filter((name) => /^kernels.*\.json$/.test(name));
  return files.sort().map((name) => Results.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8'))));
}

/** Every row of every run. */
export function fullTables(runs: readonly BenchResults[]): string {
  return runs.map(markdown).join('\n\n');
}

/** Of every kernel the first row that has a baseline, from the backends of one machine together. */
export function shortTable([first, ...others]: readonly BenchResults[]): string {
  if (!first) throw new Error('there are no results');
  const seen = new Set<string>();
  const rows = [first, ...others]
    .flatMap((run) => run.rows)
    .filter(({ op, backend, baselines }) => {
      const isNew = Object.keys(baselines).length > 0 && !seen.has(`${op} ${backend}`);
      if (isNew) seen.add(`${op} ${backend}`);
      return isNew;
    });
  return markdown({ ...first, rows });
}

const END = '<!-- /bench -->';

/** The document with what stands between two marks made anew. @param name of the table: `<!-- name: made by npm run bench:readme -->` */
export function withTable(document: string, table: string, name = 'bench'): string {
  const mark = `<!-- ${name}: made by npm run bench:readme -->`;
  const start = document.indexOf(mark);
  const end = document.indexOf(END, start);
  if (start < 0 || end < start) throw new Error(`the document lacks the marks ${mark} and ${END}`);
  return `${document.slice(0, start + mark.length)}\n${table}\n${document.slice(end)}`;
}
