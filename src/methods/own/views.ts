// The images that a user's method learns from: opened one after another, as often as it asks.
import type { GeometryConfig } from '../../data/geometry.js';
import { yieldTurn } from '../../runtime/errors.js';
import { stageProgress } from '../../runtime/progress.js';
import { isBadImage, type NamedImage } from '../parts/inputs.js';
import { openImage } from '../parts/open-image.js';
import type { FitOptions } from '../types.js';
import type { View } from './definition.js';

/**
 * Its loops throw ABORTED, and an image's own error unless `skipBad`.
 * @param skipped where images are listed that were left out, each once
 */
export function viewsOf(
  images: readonly NamedImage[],
  geometry: GeometryConfig,
  skipped: { id: string; reason: string }[],
  { onProgress, signal, skipBad = false }: FitOptions,
): AsyncIterable<View> {
  const left = new Set<NamedImage>();
  return {
    async *[Symbol.asyncIterator]() {
      const progress = stageProgress(onProgress, 'fit', images.length);
      for (const [i, image] of images.entries()) {
        await yieldTurn(signal);
        if (!left.has(image)) {
          const view = await open(image, geometry).catch((error: unknown) => {
            if (!(skipBad && error instanceof Error && isBadImage(error))) throw error;
            left.add(image);
            skipped.push({ id: image.id, reason: error.message });
          });
          if (view) yield view;
        }
        progress(i + 1);
      }
    },
  };
}

async function open(image: NamedImage, geometry: GeometryConfig): Promise<View> {
  const { view } = await openImage(image, geometry);
  return { id: image.id, width: geometry.inputSize, height: geometry.inputSize, data: view(0) };
}
