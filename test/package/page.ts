// The script of the test's page.
import { loadImage, synthImage } from 'iad-tf/data';
import { runFastFlow, runPatchCore } from './scenario.js';

/** Pixel values that the browser's own decoder reads otherwise than they were drawn. */
async function valuesLost(address: string): Promise<number> {
  const { image } = synthImage({ kind: 'board', seed: 1, index: 0, size: 64, defect: null });
  const { data } = await loadImage(address);
  return data.filter((value, i) => value !== image.data[i]).length;
}

Object.assign(globalThis, { runFastFlow, runPatchCore, valuesLost });
