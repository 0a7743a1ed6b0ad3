// Two images of a folder whose names differ only in extension or case would share a mask, and a file on some systems.
import { stemOf } from '../paths.js';

/** `<one> and <other>` for every such pair. */
export function stemTwins(samples: readonly { readonly path: string }[]): string[] {
  const seen = new Map<string, string>();
  const twins: string[] = [];
  for (const { path } of samples) {
    const key = `${path.slice(0, path.lastIndexOf('/') + 1)}${stemOf(path)}`.toLowerCase();
    const first = seen.get(key);
    if (first !== undefined) twins.push(`${first} and ${path}`);
    else seen.set(key, path);
  }
  return twins;
}
