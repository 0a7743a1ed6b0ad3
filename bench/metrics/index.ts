// Rows of the metrics: plain JavaScript on the host, whatever the backend. `npm run bench -- --filter metrics`.
import {
  BinnedPixelAccumulator,
  connectedComponents,
  imageMetrics,
  PixelAccumulator,
} from '../../src/metrics/index.js';
import { Random } from '../../src/runtime/random.js';
import { benchImage, benchImages, SIDE } from './maps.js';

/** A row before it is measured; see bench/kernels/types.ts for its words. */
export interface HostBenchmark {
  readonly op: string;
  readonly sizes: string;
  readonly set: 'quick' | 'real';
  /** Prepares what is not measured, and gives what is. */
  readonly make: () => () => void;
  readonly bytes: number;
}

/** AUROC, AP, AUPR, F1-max, AUPRO and AUsPRO; the maps are made one by one within the measured time, as a model would. */
function pixels(images: number, set: 'quick' | 'real'): HostBenchmark[] {
  const sizes = `${images} maps of ${SIDE}x${SIDE}`;
  const bytes = 4 * images * SIDE * SIDE;
  const row = (op: string, accumulator: () => PixelAccumulator | BinnedPixelAccumulator): HostBenchmark => ({
    op,
    sizes,
    set,
    bytes,
    make: () => {
      benchImage(0);
      return () => {
        const metrics = accumulator();
        for (const image of benchImages(images)) metrics.add(image);
        metrics.result();
      };
    },
  });
  return [
    row('metrics.exact', () => new PixelAccumulator()),
    row('metrics.binned', () => new BinnedPixelAccumulator()),
  ];
}

function imageLevel(count: number, set: 'quick' | 'real'): HostBenchmark {
  return {
    op: 'metrics.image',
    sizes: `${count} scores`,
    set,
    bytes: 8 * count,
    make: () => {
      const random = new Random(3);
      const labels = Uint8Array.from({ length: count }, () => random.below(2));
      const scores = Float64Array.from(labels, (label) => random.below(5000) + 1000 * label);
      return () => void imageMetrics(scores, labels);
    },
  };
}

function components(side: number, set: 'quick' | 'real'): HostBenchmark {
  return {
    op: 'metrics.components',
    sizes: `${side}x${side}, half full`,
    set,
    bytes: 5 * side * side,
    make: () => {
      const random = new Random(4);
      const mask = Uint8Array.from({ length: side * side }, () => random.below(2));
      return () => void connectedComponents(mask, side, side);
    },
  };
}

export const METRICS_BENCHMARKS: readonly HostBenchmark[] = [
  ...pixels(24, 'quick'),
  ...pixels(1725, 'real'),
  imageLevel(10_000, 'quick'),
  imageLevel(1_000_000, 'real'),
  components(256, 'quick'),
  components(2048, 'real'),
];
