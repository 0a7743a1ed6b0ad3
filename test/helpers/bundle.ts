// Bundles code for the browser as an application of a user would: the build through the package's own export map.
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type OutputFile } from 'esbuild';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Bundle {
  readonly files: readonly OutputFile[];
  readonly metafile: Metafile;
}

/**
 * Fails, as an unresolved import does, where a module of Node's is imported. `entry.js` is the entry among the files.
 * @param source code whose imports are relative to the project's root, or a file
 */
export async function bundle(
  source: { readonly code: string } | { readonly file: string },
  minify = false,
): Promise<Bundle> {
  const entry =
    'code' in source
      ? { stdin: { contents: source.code, resolveDir: ROOT, sourcefile: 'entry.ts' } }
      : { entryPoints: { entry: source.file } };
  const { outputFiles, metafile } = await build({
    ...entry,
    absWorkingDir: ROOT,
    bundle: true,
    minify,
    entryNames: 'entry',
    format: 'esm',
    splitting: true,
    platform: 'browser',
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'silent',
    // The tests' own path aliases lead to the sources for Node; an application has no such thing.
    tsconfigRaw: {},
  });
  return { files: outputFiles, metafile };
}

/** Packages whose code is in the entry and in what it imports, bytes each; `withLazy` counts dynamic imports as well. */
export function packages({ metafile }: Bundle, withLazy: boolean): Map<string, number> {
  const bytes = new Map<string, number>();
  const seen = new Set<string>();
  const visit = (path: string) => {
    const output = metafile.outputs[path];
    if (!output || seen.has(path)) return;
    seen.add(path);
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'iad-tf';
      bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
    }
    for (const { kind, path: next } of output.imports) if (withLazy || kind !== 'dynamic-import') visit(next);
  };
  visit('out/entry.js');
  return bytes;
}
