// The meaning of kCenterGreedy. Distances are float32 in the order of distance.ts, so that wasm must pick the same rows.

import { makeTensor, readFloats } from '../cpu.js';
import { LANES, squaredDistance } from '../distance.js';
import { input, type KernelCall, matrix, number } from '../registry.js';

export interface Picks {
  readonly indices: Int32Array;
  readonly radii: Float32Array;
}

/**
 * Greedy k-center: repeatedly the first row of the largest distance, after which every row's distance is at most that to the pick.
 * Stops before `count` picks when no distance is above 0.
 * @param distances [N], changed in place; NaN and negative values count as 0
 */
export function kCenterGreedyReference(
  features: Float32Array, // [N, D]
  depth: number,
  distances: Float32Array,
  count: number,
): Picks {
  const indices: number[] = [];
  const radii: number[] = [];
  const lanes = new Float32Array(LANES);
  while (indices.length < count) {
    let pick = -1;
    let radius = 0;
    for (let i = 0; i < distances.length; i++) {
      if (distances[i]! > radius) {
        radius = distances[i]!;
        pick = i;
      }
    }
    if (pick < 0) break;
    indices.push(pick);
    radii.push(radius);
    for (let i = 0; i < distances.length; i++) {
      const distance = Math.fround(
        Math.sqrt(squaredDistance(features, i * depth, features, pick * depth, depth, lanes)),
      );
      if (distance < distances[i]!) distances[i] = distance;
    }
    // Also for rows whose distance to themselves is NaN, so that no row is picked twice.
    distances[pick] = 0;
  }
  return { indices: Int32Array.from(indices), radii: Float32Array.from(radii) };
}

/** The kernel's outputs, of fixed length: -1 and 0 for picks that are not made. */
export function padded(found: Picks, length: number): Picks {
  const indices = new Int32Array(length).fill(-1);
  const radii = new Float32Array(length);
  indices.set(found.indices);
  radii.set(found.radii);
  return { indices, radii };
}

export function kCenterStartCpu(call: KernelCall) {
  const { backend } = call;
  const anchors = readFloats(backend, input(call, 'anchors'));
  return [makeTensor(backend, anchors.slice(), [anchors.length])];
}

export function kCenterAdvanceCpu(call: KernelCall) {
  const { backend } = call;
  const { info, columns } = matrix(call, 'features');
  const distances = readFloats(backend, input(call, 's0')).slice();
  const steps = number(call, 'to') - number(call, 'from');
  const found = kCenterGreedyReference(readFloats(backend, info), columns, distances, steps);
  const { indices, radii } = padded(found, steps);
  return [
    makeTensor(backend, indices, [steps]),
    makeTensor(backend, radii, [steps]),
    makeTensor(backend, distances, [distances.length]),
  ];
}
