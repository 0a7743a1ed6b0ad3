// The dimensions that the coreset is chosen in.
import { layerSide } from '../../backbones/architecture.js';
import { architectureOf } from '../../backbones/catalogue.js';
import { seedFor } from '../../runtime/random.js';
import { johnsonLindenstraussDimension, type Projection } from '../parts/projection.js';
import type { PatchCoreConfig } from './config.js';

/**
 * Dimensions to project to; null: none, the coreset is chosen among the embeddings themselves.
 * @param dimension of the embeddings
 * @param images that will be seen; with `auto` the Johnson-Lindenstrauss bound wants the number of patches, one view each
 */
export function selectionDimension(config: PatchCoreConfig, dimension: number, images: number): number | null {
  const { projection, layers, inputSize, backbone } = config;
  const [first] = layers;
  const side = first === undefined ? 0 : layerSide(architectureOf(backbone), first, inputSize);
  const patches = images * side ** 2;
  const wanted = projection === 'auto' ? johnsonLindenstraussDimension(patches, 0.9) : projection;
  return wanted === null || wanted >= dimension ? null : wanted;
}

/** The seeded projection of a configuration: the same after `load` as while fitting. */
export function makeProjection(config: PatchCoreConfig, dimension: number, outputs: number | null): Projection | null {
  if (outputs === null) return null;
  const kind = config.variant === 'anomalib' ? 'sparse' : 'uniform';
  return { kind, inputs: dimension, outputs, seed: seedFor('patchcore|projection', config.seed) };
}
