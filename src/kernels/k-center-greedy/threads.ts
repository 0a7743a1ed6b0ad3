// kCenterGreedy on kernel threads: on a copy of the features in their memory.
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs';
import { type Basis, distanceSlack, principalBasisLater, rounding } from '../reduction.js';
import { inNameOf } from '../registry.js';
import type { KernelThreads } from '../threads/index.js';
import { BLOCK, CATCH_UP_MARGIN, COPY_ROWS, prepareScratch, REDUCED, ROOM_LINE, unitFor } from './plan.js';
import type { Picks } from './reference.js';

/** A selection under way. */
export interface Selection {
  /** The picks from .. to; positions -1 at radius 0 once there are no more. */
  advance(from: number, to: number): Promise<Picks>;
  dispose(): void;
}

/** Copies the features into the threads' memory and makes them ready. Nothing of it stays there after an error or `dispose`. */
export async function selectOnThreads(
  threads: KernelThreads,
  features: Tensor2D,
  anchors: Tensor1D,
  count: number,
): Promise<Selection> {
  const addresses: number[] = [];
  const allocate = (floats: number) => {
    const address = threads.allocate(4 * floats);
    addresses.push(address);
    return address;
  };
  const dispose = () => {
    for (const address of addresses.splice(0)) threads.free(address);
  };
  try {
    const [rows, depth] = features.shape;
    const given = allocate(rows * depth);
    const distances = allocate(rows);
    const slots = Math.ceil(count / 8) * 8;
    const seen = allocate(rows);
    const blockMax = allocate(threads.count * Math.ceil(Math.ceil(rows / BLOCK) / threads.count));
    const reduced = allocate((rows * REDUCED.width) / 2);
    const errors = allocate(rows);
    const [centres, panels, centreLengths] = [allocate(slots), allocate((slots * REDUCED.first) / 2), allocate(slots)];
    const [indices, radii] = [allocate(count), allocate(count)];
    const room = allocate((ROOM_LINE / 4) * (1 + threads.count));
    await copy(features, floats(threads, given, rows * depth));
    floats(threads, distances, rows).set(await anchors.data<'float32'>());
    threads.kernels.kCenterAnchors(distances, rows, distances);
    floats(threads, room, (ROOM_LINE / 4) * (1 + threads.count)).fill(0);
    const basis = await principalBasisLater(features, REDUCED.width, REDUCED.free);
    const { unit, error } = await prepare(threads, { rows, depth, given, reduced, errors }, basis);
    const each = Array.from({ length: threads.count }, (_, thread) => thread);
    await threads.run(
      'kCenterShareStart',
      each.map((thread) => [rows, distances, seen, blockMax, thread, threads.count]),
    );
    const state = [distances, seen, blockMax, reduced, errors, centres, panels, centreLengths];
    return {
      async advance(from, to) {
        const picks = [given, rows, depth, from, to, CATCH_UP_MARGIN, unit, distanceSlack(depth), error];
        const lists = each.map((thread) => [...picks, ...state, indices, radii, thread, threads.count, room]);
        await threads.run('kCenterShare', lists);
        return {
          indices: new Int32Array(threads.buffer, indices, to - from).slice(),
          radii: floats(threads, radii, to - from).slice(),
        };
      },
      dispose,
    };
  } catch (error) {
    dispose();
    throw inNameOf('kCenterGreedy', error);
  }
}

/** In groups, for each is copied on its way. */
async function copy(features: Tensor2D, target: Float32Array): Promise<void> {
  const [rows, depth] = features.shape;
  for (let from = 0; from < rows; from += COPY_ROWS) {
    // Not slice: on the wasm backend that copies the whole tensor first.
    const group = tf.tidy(() => tf.gather(features, tf.range(from, Math.min(from + COPY_ROWS, rows), 1, 'int32')));
    try {
      target.set(await group.data<'float32'>(), from * depth);
    } finally {
      group.dispose();
    }
  }
}

interface Points {
  readonly rows: number;
  readonly depth: number;
  readonly given: number;
  readonly reduced: number;
  readonly errors: number;
}

/** Reduces the points, a range for each thread. */
async function prepare(threads: KernelThreads, points: Points, basis: Basis): Promise<{ unit: number; error: number }> {
  const { rows, depth, given, reduced, errors } = points;
  const { width } = basis;
  const { projectionError, residualError } = rounding(basis);
  const addresses = Array.from({ length: 3 + threads.count }, (_, i) =>
    threads.allocate(4 * (i === 0 ? depth : i < 3 ? width * depth : prepareScratch(depth))),
  );
  try {
    const [mean = 0, directions = 0, panels = 0, ...scratch] = addresses;
    floats(threads, mean, depth).set(basis.mean);
    floats(threads, directions, width * depth).set(basis.directions);
    threads.kernels.packPanels(directions, width, depth, panels);
    const size = Math.ceil(rows / threads.count);
    const ranges = scratch.map((at, i) => ({
      at,
      from: Math.min(i * size, rows),
      count: Math.max(0, Math.min(size, rows - i * size)),
    }));
    const tops = await threads.run(
      'kCenterUnit',
      ranges.map(({ at, from, count }) => [given + 4 * from * depth, count, depth, mean, at]),
    );
    const unit = unitFor(Math.max(...tops));
    const largest = await threads.run(
      'kCenterPrepare',
      ranges.map(({ at, from, count }) => {
        const targets = [reduced + 2 * from * width, errors + 4 * from];
        return [
          given + 4 * from * depth,
          count,
          depth,
          mean,
          panels,
          at,
          unit,
          projectionError,
          residualError,
          ...targets,
        ];
      }),
    );
    return { unit, error: Math.max(...largest) };
  } finally {
    for (const address of addresses) threads.free(address);
  }
}

function floats(threads: KernelThreads, address: number, length: number): Float32Array {
  return new Float32Array(threads.buffer, address, length);
}
