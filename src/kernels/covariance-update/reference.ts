// The meaning of covarianceUpdate and covarianceMerge. Arithmetic in float64; the state is stored in float32 in between.
import { makeTensor, readFloats } from '../cpu.js';
import { featureSizes } from '../features.js';
import { packedSize } from '../packed.js';
import { input, type KernelCall, matrix, number } from '../registry.js';

/** Statistics of p positions. */
export interface Statistics {
  /** [p, D] */
  readonly anchor: Float32Array;
  /** [p, D] */
  readonly offset: Float32Array;
  /** [p, D (D + 1) / 2] */
  readonly scatter: Float32Array;
}

export interface FeatureBlock {
  /** [B, P, D] */
  readonly features: Float32Array;
  readonly batch: number;
  /** P */
  readonly positions: number;
  readonly depth: number;
  /** The first position and the number of positions that count. */
  readonly from: number;
  readonly count: number;
}

/** @param images how many `known` stands for; 0 without `known` */
export function covarianceUpdateReference(
  block: FeatureBlock,
  images: number,
  known: Statistics | undefined,
): Statistics {
  const { features, batch, positions, depth, from, count } = block;
  const first = from * depth;
  const anchor = known ? known.anchor.slice() : features.slice(first, first + count * depth);
  const offset = new Float32Array(count * depth);
  const scatter = new Float32Array(count * packedSize(depth));
  const total = images + batch;
  const shift = Math.sqrt((images * batch) / total);
  const deviations = Array.from({ length: batch }, () => new Float64Array(depth));
  const delta = new Float64Array(depth);
  for (let p = 0; p < count; p++) {
    for (let d = 0; d < depth; d++) {
      const at = p * depth + d;
      let mean = 0;
      for (const [b, row] of deviations.entries()) {
        row[d] = features[b * positions * depth + first + at]! - anchor[at]!;
        mean += row[d]! / batch;
      }
      for (const row of deviations) row[d] = row[d]! - mean;
      const before = known?.offset[at] ?? 0;
      offset[at] = before + ((mean - before) * batch) / total;
      delta[d] = (mean - before) * shift;
    }
    for (let i = 0; i < depth; i++) {
      for (let j = 0; j <= i; j++) {
        const at = p * packedSize(depth) + packedSize(i) + j;
        let sum = known ? known.scatter[at]! + delta[i]! * delta[j]! : 0;
        for (const row of deviations) sum += row[i]! * row[j]!;
        scatter[at] = sum;
      }
    }
  }
  return { anchor, offset, scatter };
}

/** The statistics of two sets of images of sizes n and m, about the anchor of the first. */
export function covarianceMergeReference(a: Statistics, b: Statistics, n: number, m: number): Statistics {
  const count = a.anchor.length;
  const offset = new Float32Array(count);
  const scatter = new Float32Array(a.scatter.length);
  const shift = Math.sqrt((n * m) / (n + m));
  const delta = new Float64Array(count);
  for (let d = 0; d < count; d++) {
    const apart = b.anchor[d]! - a.anchor[d]! + b.offset[d]! - a.offset[d]!;
    offset[d] = a.offset[d]! + (apart * m) / (n + m);
    delta[d] = apart * shift;
  }
  // scatter / anchor elements = (D + 1) / 2.
  const depth = (2 * a.scatter.length) / count - 1;
  let at = 0;
  for (let start = 0; start < count; start += depth) {
    for (let i = 0; i < depth; i++) {
      for (let j = 0; j <= i; j++, at++) {
        scatter[at] = a.scatter[at]! + b.scatter[at]! + delta[start + i]! * delta[start + j]!;
      }
    }
  }
  return { anchor: a.anchor.slice(), offset, scatter };
}

function tensors(call: KernelCall, count: number, depth: number, { anchor, offset, scatter }: Statistics) {
  return [
    makeTensor(call.backend, anchor, [count, depth]),
    makeTensor(call.backend, offset, [count, depth]),
    makeTensor(call.backend, scatter, [count, packedSize(depth)]),
  ];
}

export function covarianceUpdateCpu(call: KernelCall) {
  const sizes = featureSizes(call);
  const read = (name: string) => readFloats(call.backend, input(call, name));
  const images = number(call, 'images');
  const block = { ...sizes, features: read('features'), from: number(call, 'from'), count: number(call, 'count') };
  const known = images > 0 ? { anchor: read('anchor'), offset: read('offset'), scatter: read('scatter') } : undefined;
  return tensors(call, block.count, sizes.depth, covarianceUpdateReference(block, images, known));
}

export function covarianceMergeCpu(call: KernelCall) {
  const { rows, columns } = matrix(call, 'anchor');
  const read = (name: string) => readFloats(call.backend, input(call, name));
  const a = { anchor: read('anchor'), offset: read('offset'), scatter: read('scatter') };
  const b = { anchor: read('otherAnchor'), offset: read('otherOffset'), scatter: read('otherScatter') };
  const merged = covarianceMergeReference(a, b, number(call, 'images'), number(call, 'otherImages'));
  return tensors(call, rows, columns, merged);
}
