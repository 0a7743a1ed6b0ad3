// A weights file of made-up numbers: a small backbone for tests that need none that sees.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../../src/backbones/formats/safetensors.js';
import type { BackboneChoice, LayerName } from '../../src/backbones/types.js';
import { seededStateDict } from '../backbones/golden.js';

/** Writes a ResNet-18 up to a stage into the folder, as a choice of backbone. */
export async function seededResnet18(folder: string, until: LayerName): Promise<BackboneChoice> {
  const weights = join(folder, `resnet18-${until}.safetensors`);
  await writeFile(weights, writeSafetensors(seededStateDict('resnet18', until), {}));
  return { architecture: 'resnet18', weights };
}
