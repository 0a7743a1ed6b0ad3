// Runs in a process of its own: asks a feature cache that others share for the same keys. Prints how it went as JSON.
import process from 'node:process';
import { openFeatureCache } from '../../src/methods/parts/feature-cache/index.js';
import { madeKey, madeMaps, sameMaps } from './features.js';

const [folder = '', count = '', maxBytes = '', seed = ''] = process.argv.slice(2);
const cache = await openFeatureCache({ folder, maxBytes: Number(maxBytes) });
let wrong = 0;
for (let i = 0; i < Number(count); i++) {
  // Each process walks in an order of its own.
  const view = (i * 7 + Number(seed) * 3) % Number(count);
  const found = await cache.get(madeKey(view), async () => madeMaps(view));
  if (!sameMaps(found, madeMaps(view))) wrong++;
}
console.log(JSON.stringify({ wrong, ...cache.counts }));
