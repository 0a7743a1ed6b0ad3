// A rough reader of HTML and SVG: enough to say that tags nest and attributes are quoted.

export interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const VOID = new Set(['meta', 'img', 'br', 'link', 'hr', 'input']);
const TAG = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>|<!doctype html>|<[^>]{0,40}/g;

/** All opening tags in order. Throws where tags do not nest or something with a `<` is no tag. */
export function tagsOf(text: string): Tag[] {
  const tags: Tag[] = [];
  const open: string[] = [];
  for (const [whole, closing, name, attributes = '', empty] of text.matchAll(TAG)) {
    if (whole === '<!doctype html>') continue;
    if (name === undefined) throw new Error(`not a tag: ${whole}`);
    if (closing) {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
      continue;
    }
    const pairs = Array.from(attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g), ([, key, value]) => [key, value ?? '']);
    tags.push({ name, attributes: Object.fromEntries(pairs) });
    if (!empty && !VOID.has(name)) open.push(name);
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(' ')}`);
  return tags;
}
