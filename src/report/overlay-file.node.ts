// One overlay as a PNG file, for `predict --out`.
import { join } from 'node:path';
import { encodePng } from '../data/encode.js';
import { loadImage } from '../data/load.js';
import type { ImageSource } from '../data/types.js';
import type { AnomalyMethod, Prediction } from '../methods/types.js';
import { writeFileAtomic } from '../runtime/files.node.js';
import { fileNames } from './file-names.js';
import { commonScale, renderOverlay } from './overlay.js';

/**
 * Returns a function that draws one prediction over its image and writes it into `folder`, on one scale for all: from the
 * typical pixel of good images, with the pixel threshold in the middle.
 * @param sources the images in the order in which they will be predicted
 */
export function overlayWriter(folder: string, method: AnomalyMethod, sources: readonly ImageSource[]) {
  const names = fileNames(sources.map((source, i) => (typeof source === 'string' ? source : `image-${i}`)));
  const { thresholds } = method;
  return async (prediction: Prediction, index: number): Promise<string> => {
    const typical = thresholds ? Float32Array.of(thresholds.typicalPixel) : prediction.map.data;
    const scale = commonScale([typical], thresholds?.pixel ?? null);
    const image = await loadImage(sources[index]!);
    const { width, height } = image;
    const mask = prediction.mask && { width, height, data: prediction.mask.data };
    const path = join(folder, `${names[index]}.png`);
    await writeFileAtomic(path, [encodePng(renderOverlay(image, prediction.map.data, { scale, mask }))]);
    return path;
  };
}
