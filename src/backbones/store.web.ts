// The weight store in a browser: weights come from an address.
import { IadError } from '../runtime/errors.js';
import { CATALOGUE, catalogueEntry } from './catalogue.js';
import { loadWeights } from './load.js';
import type { PullOptions, WeightsStatus } from './store.node.js';
import type { BackboneChoice, FoldedWeights, LayerName } from './types.js';

/**
 * Weights ready to run, fetched from `choice.weights`, an address of a .safetensors, .pth or model.json (its shards beside
 * it). The HTTP cache of the browser is the cache.
 * @throws WEIGHTS_MISSING for a catalogue id: a page has no store, serve the file and give its address
 */
export async function resolveWeights(
  choice: BackboneChoice,
  { until }: { until?: LayerName } = {},
): Promise<FoldedWeights> {
  if (typeof choice === 'string') {
    const { id, architecture } = catalogueEntry(choice);
    throw new IadError('WEIGHTS_MISSING', `a page has no store to find ${id} in`, {
      hint: `Serve the files and give { architecture: '${architecture}', weights: 'address of the file' }.`,
    });
  }
  const { architecture, weights } = choice;
  const address = new URL(weights, globalThis.location?.href).href;
  return loadWeights(await download(address), (name) => download(new URL(name, address).href), {
    id: weights,
    architecture,
    until,
    path: address,
  });
}

const NODE_ONLY = 'the weight store works in Node only';
const HINT = "In a page, give { architecture, weights: 'address of the file' }.";

/** @throws NODE_ONLY */
export async function pullWeights(_idOrAlias: string, _options: PullOptions = {}): Promise<string> {
  throw new IadError('NODE_ONLY', NODE_ONLY, { hint: HINT });
}

/** @throws NODE_ONLY */
export async function verifyWeights(_idOrAlias: string): Promise<{ id: string; path: string; sha256: string }> {
  throw new IadError('NODE_ONLY', NODE_ONLY, { hint: HINT });
}

/** @throws NODE_ONLY */
export async function hashWeights(_path: string): Promise<string> {
  throw new IadError('NODE_ONLY', NODE_ONLY, { hint: HINT });
}

/** All missing: a page has no store. */
export async function listWeights(): Promise<WeightsStatus[]> {
  return CATALOGUE.map((entry) => ({ entry, state: 'missing', path: undefined }));
}

/** @throws NODE_ONLY */
export function weightsPath(_idOrAlias: string): string {
  throw new IadError('NODE_ONLY', NODE_ONLY, { hint: HINT });
}

async function download(address: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new IadError('WEIGHTS_DOWNLOAD', 'no answer', {
      path: address,
      cause,
      hint: 'Check the address and its CORS headers.',
    });
  }
  if (!response.ok) {
    throw new IadError('WEIGHTS_DOWNLOAD', `the server answered ${response.status}`, { path: address });
  }
  return new Uint8Array(await response.arrayBuffer());
}
