// What is true of every method's model file: it gives back the model, and one that was changed is refused.
import { expect, test } from 'vitest';
import type { Sample } from '../../src/data/types.js';
import type { FrozenFeatureMethod } from '../../src/methods/parts/frozen-method.js';
import { decodeModel, encodeModel, type ModelContent } from '../../src/methods/parts/model-file.js';
import { loadMethod } from '../../src/methods/registry.js';
import type { AnomalyMethod, Prediction } from '../../src/methods/types.js';
import { content, same } from './small-parts.js';

export interface SavedMethod extends AnomalyMethod {
  toBytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** The class of a method. */
export interface MethodKind<Model extends SavedMethod> {
  new (options: never): Model;
  fromContent(content: ModelContent, path: string): Promise<Model>;
  load: typeof FrozenFeatureMethod.load;
  fromBytes: typeof FrozenFeatureMethod.fromBytes;
}

/** What a change is called, what it changes, and what the error says. */
export type Change = [string, (whole: ModelContent) => Partial<ModelContent>, RegExp?];

/** A model file with some of its content changed. */
export async function changedFile(file: Uint8Array<ArrayBuffer>, change: Change[1]): Promise<Uint8Array<ArrayBuffer>> {
  const whole = await decodeModel(file, 'm.iad');
  return encodeModel({ ...whole, ...change(whole) });
}

/** A test for each change: the file is refused by name. */
export function refusesChanges<Model extends SavedMethod>(
  kind: MethodKind<Model>,
  model: () => SavedMethod,
  changes: readonly Change[],
): void {
  test.each([...changes])('%s is refused', async (_, change, message) => {
    const refused = kind.fromBytes(await changedFile(await model().toBytes(), change), 'm.iad');
    await expect(refused).rejects.toMatchObject({ code: 'MODEL_FORMAT', path: 'm.iad' });
    if (message) await expect(refused).rejects.toThrow(message);
  });
}

/**
 * Saved and read, by its own class or by name, it is the same: same facts, same bytes, same predictions.
 * @param predictions what the model itself predicts of the parts
 */
export async function expectReadBack<Model extends SavedMethod>(
  kind: MethodKind<Model>,
  model: Model,
  path: string,
  parts: readonly Sample[],
  predictions: readonly Prediction[],
  workers = 1,
): Promise<void> {
  const facts = ({ config, thresholds, backbone, learned }: Model) => ({ config, thresholds, backbone, learned });
  await model.save(path);
  const loaded = await kind.load(path);
  expect(facts(loaded)).toEqual(facts(model));
  expect(same(await loaded.toBytes(), await model.toBytes())).toBe(true);
  expect((await loaded.predict(parts, { workers })).map(content)).toEqual(predictions.map(content));
  const byName = await loadMethod(path);
  expect(byName).toBeInstanceOf(kind);
  for (const each of [loaded, byName]) each.dispose();
}
