// Connected components of a binary image: regions of a ground truth or of a prediction.
import { checkImageSize, MetricError } from './errors.js';

export interface Components {
  readonly count: number;
  /** `[height * width]`: 0 background, 1..count the component, numbered by first pixel in row-major order. */
  readonly labels: Int32Array;
  /** `[count]`, pixels of component i + 1. */
  readonly areas: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Labels the components of a mask in two passes with union–find (Rosenfeld and Pfaltz 1966), almost linear time.
 * @param mask `[height * width]` row-major, 0 or 1
 * @param connectivity 8: diagonal neighbours belong together, 4: only horizontal and vertical ones
 * @throws MetricError `SHAPE`, `BAD_LABEL` (a value other than 0 and 1), `BAD_ARGUMENT` (connectivity)
 */
export function connectedComponents(
  mask: Uint8Array,
  width: number,
  height: number,
  connectivity: 4 | 8 = 8,
): Components {
  checkImageSize('connectedComponents', 'the mask', mask.length, width, height);
  if (connectivity !== 4 && connectivity !== 8) {
    throw new MetricError('BAD_ARGUMENT', `connectedComponents: connectivity is ${connectivity}, not 4 or 8`);
  }
  const labels = new Int32Array(mask.length);
  const parent = provisionalLabels(mask, labels, width, connectivity === 8);

  // A root is the smallest label of its set, so roots are met before their members and in order of first pixels.
  let count = 0;
  const final = new Int32Array(parent.length);
  for (let label = 1; label < parent.length; label++) {
    final[label] = parent[label] === label ? ++count : final[parent[label]!]!;
  }
  const areas = new Uint32Array(count);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    const label = final[labels[i]!]!;
    labels[i] = label;
    areas[label - 1]!++;
  }
  return { count, labels, areas, width, height };
}

/** `[count * 4]`: left, top, width, height of each component's bounding box, in pixels. */
export function componentBoxes({ count, labels, width, height }: Components): Int32Array {
  const left = new Int32Array(count).fill(width);
  const right = new Int32Array(count).fill(-1);
  const top = new Int32Array(count).fill(height);
  const bottom = new Int32Array(count).fill(-1);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const k = labels[i]! - 1;
      if (k < 0) continue;
      if (x < left[k]!) left[k] = x;
      if (x > right[k]!) right[k] = x;
      if (y < top[k]!) top[k] = y;
      bottom[k] = y;
    }
  }
  const boxes = new Int32Array(count * 4);
  for (let k = 0; k < count; k++) {
    boxes.set([left[k]!, top[k]!, right[k]! - left[k]! + 1, bottom[k]! - top[k]! + 1], k * 4);
  }
  return boxes;
}

/** Fills `labels` and returns the forest over them: `parent[label] <= label`, entry 0 unused. */
function provisionalLabels(mask: Uint8Array, labels: Int32Array, width: number, diagonal: boolean): Int32Array {
  const parent = new Int32Array((mask.length >> 1) + 2);
  let next = 1;
  const join = (a: number, b: number): number => {
    if (a === 0 || a === b) return b;
    if (b === 0) return a;
    const low = root(parent, a);
    const high = root(parent, b);
    if (low < high) parent[high] = low;
    else parent[low] = high;
    return Math.min(low, high);
  };
  for (let i = 0, x = 0; i < mask.length; i++, x = x + 1 === width ? 0 : x + 1) {
    const value = mask[i]!;
    if (value === 0) continue;
    if (value !== 1) {
      throw new MetricError('BAD_LABEL', `connectedComponents: mask value ${value} at pixel ${i} is neither 0 nor 1`);
    }
    const above = i < width ? 0 : labels[i - width]!;
    let label = join(x === 0 ? 0 : labels[i - 1]!, above);
    // The pixel above is already joined with its own two neighbours.
    if (diagonal && above === 0 && i >= width) {
      if (x > 0) label = join(labels[i - width - 1]!, label);
      if (x + 1 < width) label = join(labels[i - width + 1]!, label);
    }
    if (label === 0) {
      label = next++;
      parent[label] = label;
    }
    labels[i] = label;
  }
  return parent.subarray(0, next);
}

function root(parent: Int32Array, label: number): number {
  let at = label;
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!;
    at = parent[at]!;
  }
  return at;
}
