// Which layer CS-Flow and DifferNet take of a backbone, unless told.
import { architectureOf } from '../../backbones/catalogue.js';
import type { Architecture, BackboneChoice, LayerName } from '../../backbones/types.js';

/** Of EfficientNet-B5 CS-Flow's, of AlexNet DifferNet's; the papers say nothing of others. */
const LAYERS: Readonly<Record<Architecture, LayerName>> = {
  resnet18: 'layer3',
  resnet50: 'layer3',
  wide_resnet50_2: 'layer3',
  resnet50_keras: 'layer3',
  efficientnet_b5: 'features.6',
  efficientnet_b5_tf: 'features.6',
  alexnet: 'features.12',
};

/** @throws IadError WEIGHTS_UNKNOWN for a backbone that the catalogue does not know */
export function deepLayer(backbone: BackboneChoice): LayerName {
  return LAYERS[architectureOf(backbone)];
}
