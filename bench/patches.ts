// All training patches as the coreset sees them, and those that it picks.

import { projectRows } from '../src/methods/parts/projection.js';
import type { PatchCoreConfig } from '../src/methods/patchcore/config.js';
import { makeProjection } from '../src/methods/patchcore/selection-space.js';

/** @param images each image's patches, [patches, dimension] */
export async function selectionRows(images: readonly Float32Array[], dimension: number, config: PatchCoreConfig) {
  const outputs = typeof config.projection === 'number' ? config.projection : null;
  const columns = outputs ?? dimension;
  const population = images.reduce((sum, { length }) => sum + length / dimension, 0);
  const rows = new Float32Array(population * columns);
  const projection = makeProjection(config, dimension, outputs);
  let at = 0;
  for (const embedding of images) {
    const part = projection ? await projectRows(embedding, projection) : embedding;
    rows.set(part, at);
    at += part.length;
  }
  return { rows, columns };
}

/** The patches at the given places, counted over all images. */
export function gatherPatches(images: readonly Float32Array[], dimension: number, picks: Int32Array): Float32Array {
  const origin = images.flatMap(({ length }, image) =>
    Array.from({ length: length / dimension }, (_, patch) => ({ image, patch })),
  );
  const bank = new Float32Array(picks.length * dimension);
  picks.forEach((pick, row) => {
    const { image, patch } = origin[pick]!;
    bank.set(images[image]!.subarray(patch * dimension, (patch + 1) * dimension), row * dimension);
  });
  return bank;
}
