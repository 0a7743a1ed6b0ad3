// Image in, the network's square inputs out.
import { type Augmentation, augmented } from '../../data/augment/index.js';
import { type GeometryConfig, type GeometryPlan, planGeometry } from '../../data/geometry.js';
import { loadImage } from '../../data/load.js';
import type { Image } from '../../data/types.js';
import { extractView, resizeToPlan } from '../../data/views.js';
import type { NamedImage } from './inputs.js';

/** A decoded image, of which one view after another can be cut. */
export interface OpenedImage {
  readonly plan: GeometryPlan;
  /** RGB [inputSize, inputSize, 3], 0..255 */
  view(index: number): Uint8Array;
}

/**
 * Views are cut one at a time: beside its pixels, a large image takes no more memory than a small one.
 * @param image its id names it in errors where it has no path of its own
 */
export async function openImage(
  { id, source, augmentation }: NamedImage,
  geometry: GeometryConfig,
): Promise<OpenedImage> {
  const image = await loadImage(source, { path: id });
  const plan = planGeometry(image.width, image.height, geometry);
  return { plan, view: viewsOf(image, plan, augmentation) };
}

/**
 * Cuts the views of an image. It is augmented at the network's size: the view where there is one, the scaled image where there are
 * several, as where pixel metrics are computed.
 * @throws IadError as `augmented`
 */
export function viewsOf(
  image: Image,
  plan: GeometryPlan,
  augmentation: Augmentation | undefined,
): (index: number) => Uint8Array {
  const resized = resizeToPlan(image, plan);
  if (!augmentation) return (index) => extractView(resized, plan, index);
  if (plan.views.length > 1) {
    const changed = augmented(resized, augmentation);
    return (index) => extractView(changed, plan, index);
  }
  const side = plan.inputSize;
  return (index) =>
    augmented({ width: side, height: side, data: extractView(resized, plan, index) }, augmentation).data;
}
