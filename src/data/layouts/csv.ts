// Tables as datasets bring them: RFC 4180, with the line numbers that messages need.
import { IadError } from '../../runtime/errors.js';
import { isInside } from '../paths.js';

export interface CsvRow {
  /** From 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** @throws IadError `CSV_INVALID` for a quote that does not end or stands inside of a field */
export function parseCsv(text: string, path: string): CsvRow[] {
  const rows: CsvRow[] = [];
  const pattern = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  const source = text.replace(/^\ufeff/, '');
  let fields: string[] = [];
  let line = 1;
  let begun = 1;
  while (pattern.lastIndex < source.length || fields.length > 0) {
    const match = pattern.exec(source);
    if (!match) throw csvError(path, line, 'a quote that does not end, or stands inside of a field');
    const [whole, quoted, plain = '', end] = match;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += whole.split(/\r\n|\r|\n/).length - 1;
    if (end === ',') continue;
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: begun, fields });
    fields = [];
    begun = line;
  }
  return rows;
}

export interface TableRow {
  readonly line: number;
  /** The field below this heading; empty where there is no such column. */
  get(column: string): string;
}

/**
 * The rows below a line of headings.
 * @param text undefined if the file is not there
 * @param due columns that must be there
 * @throws IadError `CSV_INVALID` if a column is missing or a row has more or fewer fields
 */
export function readTable(text: string | undefined, path: string, due: readonly string[]): TableRow[] {
  if (text === undefined) throw new IadError('CSV_INVALID', 'the file is missing', { path, hint: HINT });
  const [head, ...rows] = parseCsv(text, path);
  const names = head?.fields.map((name) => name.trim()) ?? [];
  const lacking = due.filter((name) => !names.includes(name));
  if (lacking.length > 0) throw csvError(path, 1, `no column ${lacking.join(', ')}`);
  return rows.map(({ line, fields }) => {
    if (fields.length !== names.length) {
      throw csvError(path, line, `${fields.length} fields, the header has ${names.length}`);
    }
    return { line, get: (column) => fields[names.indexOf(column)] ?? '' };
  });
}

/** @throws IadError `CSV_INVALID` unless the path stays below the root and is one of the files */
export function checkedPath(file: string, files: ReadonlySet<string>, path: string, line: number): string {
  if (!isInside(file)) throw csvError(path, line, `${JSON.stringify(file)} is not a path below the root`);
  if (!files.has(file)) throw csvError(path, line, `${file} is not there`);
  return file;
}

/** @param allowed by what stands in the table */
export function oneOf<T>(value: string, allowed: Readonly<Record<string, T>>, path: string, line: number): T {
  const found = Object.hasOwn(allowed, value) ? allowed[value] : undefined;
  if (found !== undefined) return found;
  throw csvError(path, line, `${JSON.stringify(value)} is not one of ${Object.keys(allowed).join(', ')}`);
}

export function csvError(path: string, line: number, what: string): IadError {
  return new IadError('CSV_INVALID', `line ${line}: ${what}`, { path, hint: HINT });
}

const HINT = 'Correct the table, or get the dataset again.';
