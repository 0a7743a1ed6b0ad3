// How the channels of all layers become one vector per position: some of them are kept, or all are projected.
import type { Architecture } from '../../backbones/types.js';
import { channelCount, chooseChannels, type PaDiMConfig, wantedDims } from './config.js';
import { semiOrthogonal } from './semi-orthogonal.js';

/** The same for all positions. */
export type Reduction = Selection | Projection;

export interface Selection {
  readonly embedding: 'select';
  /** Those kept of the layers' concatenation, ascending. */
  readonly channels: readonly number[];
}

export interface Projection {
  readonly embedding: 'orthogonal';
  /** [channels of all layers, depth], its columns orthonormal. */
  readonly matrix: Float32Array;
  readonly depth: number;
}

/** Values per position. */
export function depthOf(reduction: Reduction): number {
  return reduction.embedding === 'select' ? reduction.channels.length : reduction.depth;
}

/** Channels that a projection is of. */
export function projectedChannels({ matrix, depth }: Projection): number {
  return matrix.length / depth;
}

/** Drawn by the configuration's seed. @throws IadError BAD_CONFIG if more dimensions are wanted than there are channels */
export function drawReduction(config: PaDiMConfig, architecture: Architecture): Reduction {
  const { embedding, seed } = config;
  switch (embedding) {
    case 'select':
      return { embedding, channels: chooseChannels(config, architecture) };
    case 'orthogonal': {
      const depth = wantedDims(config, architecture);
      return { embedding, depth, matrix: semiOrthogonal(channelCount(config, architecture), depth, seed) };
    }
    default:
      return embedding satisfies never;
  }
}
