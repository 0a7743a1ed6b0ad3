// The sources as a graph of imports, read by pattern: enough for code that a formatter keeps in shape.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from '../helpers/bundle.js';

export interface Import {
  /** From the root, `/` as separator. */
  readonly file: string;
  readonly specifier: string;
  /** `import type`, `export type`: gone when compiled. */
  readonly typeOnly: boolean;
}

export const SOURCES: readonly string[] = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.as.ts'))
  .sort();

const STATEMENT =
  /^(?:import|export) (?:(type) )?[^;'"]*?\bfrom '([^'\n]+)';$|^import '([^'\n]+)';$|\bimport\('([^'\n]+)'\)/gm;

export function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(STATEMENT)].map(([, type, from, bare, dynamic]) => {
    return { file, specifier: from ?? bare ?? dynamic ?? '', typeOnly: type === 'type' };
  });
}

/** The source files that an import leads to: two for a `#platform/` import, none for a package. */
export function targets({ file, specifier }: Import): string[] {
  if (specifier.startsWith('#platform/')) {
    const path = `src/${specifier.slice('#platform/'.length)}`;
    return [`${path}.node.ts`, `${path}.web.ts`];
  }
  if (!specifier.startsWith('.')) return [];
  const path = relative(ROOT, join(ROOT, dirname(file), specifier)).replaceAll('\\', '/');
  return [path.replace(/\.js$/, '.ts')];
}

export function exists(file: string): boolean {
  return existsSync(join(ROOT, file));
}
