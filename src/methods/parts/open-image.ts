// Image in, the network's square inputs out.
import { type GeometryConfig, type GeometryPlan, planGeometry } from '../../data/geometry.js';
import { loadImage } from '../../data/load.js';
import { extractView, resizeToPlan } from '../../data/views.js';
import type { Job } from './session.js';

/** A decoded image, of which one view after another can be cut. */
export interface OpenedImage {
  readonly plan: GeometryPlan;
  /** RGB [inputSize, inputSize, 3], 0..255 */
  view(index: number): Uint8Array;
}

/**
 * Views are cut one at a time: beside its pixels, a large image takes no more memory than a small one.
 * @param job its id names the image in errors where it has no path of its own
 */
export async function openImage({ id, source }: Job, geometry: GeometryConfig): Promise<OpenedImage> {
  const image = await loadImage(source, { path: id });
  const plan = planGeometry(image.width, image.height, geometry);
  const resized = resizeToPlan(image, plan);
  return { plan, view: (index) => extractView(resized, plan, index) };
}
