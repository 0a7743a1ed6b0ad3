// File names for sample ids, which come from outside: never a path, never twice the same.

const LONGEST = 120;

/**
 * One name without extension per id, made of `A-Z a-z 0-9 . _ -` alone; `/` becomes `__`. Names differ even where a file
 * system ignores case.
 */
export function fileNames(ids: readonly string[]): string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const plain = id
      .replace(/\.(png|jpe?g|bmp|tiff?)$/i, '')
      .replace(/[/\\]+/g, '__')
      .replace(/[^A-Za-z0-9._-]/g, '_')
      .slice(-LONGEST)
      .replace(/^[.-]+|^$/, '_');
    let name = plain;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${plain}-${i}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
