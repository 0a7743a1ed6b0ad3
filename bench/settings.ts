// Fields of a method's configuration as they are given on the command line.

/**
 * `--set epochs=50 --set 'backbone={"architecture":"alexnet","weights":"a.pth"}' --set layers='["layer2"]'`: the value is JSON, or text
 * where it is none. Whether a method has the field, the method says.
 */
export function fieldsOf(settings: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(settings.map(field));
}

function field(setting: string): [string, unknown] {
  const at = setting.indexOf('=');
  if (at < 1) throw new Error(`--set ${setting}: want field=value`);
  const text = setting.slice(at + 1);
  try {
    return [setting.slice(0, at), JSON.parse(text)];
  } catch {
    return [setting.slice(0, at), text];
  }
}
