// The weight store in a browser: weights come from an address.
import { IadError } from '../runtime/errors.js';
import { catalogueEntry } from './catalogue.js';
import { loadWeights } from './load.js';
import type { BackboneChoice, FoldedWeights, LayerName } from './types.js';

/**
 * Weights ready to run, fetched from `choice.weights`, an address of a .safetensors, .pth or model.json (its shards beside
 * it). The HTTP cache of the browser is the cache.
 * @throws WEIGHTS_MISSING for a catalogue id: a page has no store, serve the file and give its address
 */
export async function resolveWeights(
  choice: BackboneChoice,
  { until = 'layer3' }: { until?: LayerName } = {},
): Promise<FoldedWeights> {
  if (typeof choice === 'string') {
    const { id, architecture } = catalogueEntry(choice);
    throw new IadError('WEIGHTS_MISSING', `a page has no store to find ${id} in`, {
      hint: `Serve the files and give { architecture: '${architecture}', weights: 'address of the file' }.`,
    });
  }
  const { architecture, weights } = choice;
  const address = new URL(weights, globalThis.location.href).href;
  return loadWeights(await download(address), (name) => download(new URL(name, address).href), {
    id: weights,
    architecture,
    until,
    path: address,
  });
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
