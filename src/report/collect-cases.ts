// Predicts the chosen test images once more at their own size, for the report's pictures.
import { loadImage, loadMask } from '../data/load.js';
import type { Dataset } from '../data/types.js';
import type { AnomalyMethod, CallOptions } from '../methods/types.js';
import type { ReportCase } from './types.js';

/** @param ids from `selectCases`; their order is kept */
export async function* collectCases(
  method: AnomalyMethod,
  dataset: Dataset,
  ids: readonly string[],
  options: CallOptions = {},
): AsyncGenerator<ReportCase> {
  const byId = new Map(dataset.test.map((sample) => [sample.id, sample]));
  const samples = ids.flatMap((id) => byId.get(id) ?? []);
  let index = 0;
  for await (const { id, map, mask } of method.predictEach(samples, options)) {
    const sample = samples[index++]!;
    const image = await loadImage(sample.image);
    const [height = 0, width = 0] = map.shape;
    yield {
      id,
      image,
      map: map.data,
      mask: mask && { width, height, data: mask.data },
      truth: sample.label === 1 ? await loadMask(sample) : null,
    };
  }
}
