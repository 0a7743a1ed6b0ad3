// SPADE in a .iad file.
import * as z from 'zod';
import type { Architecture } from '../../backbones/types.js';
import { VERSION } from '../../runtime/version.js';
import type { Calibration } from '../parts/calibration.js';
import { calibrationOf, calibrationTensors, checkMethod, configOf, malformed } from '../parts/learned-file.js';
import { encodeModel, type ModelContent } from '../parts/model-file.js';
import { resolveSpadeConfig, type SpadeConfig } from './config.js';
import { type Gallery, globalWidth, type LayerGallery, layerSizes } from './gallery.js';

/** What a fit leaves behind. */
export interface Learned {
  readonly gallery: Gallery;
  readonly calibration: Calibration | null;
}

const STATE = z.strictObject({ images: z.int().min(1) });

export async function encodeSpade(
  config: SpadeConfig,
  { gallery, calibration }: Learned,
  backbone: { id: string; hash: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { images, globals, layers } = gallery;
  const shaped = layers.map(({ layer, side, channels, maps }) => ({
    layer,
    shape: [images, side, side, channels],
    maps,
  }));
  const singles = shaped.flatMap(({ layer, shape, maps: data }) =>
    data instanceof Float32Array ? [[layer, { shape, data }] as const] : [],
  );
  const halves = shaped.flatMap(({ layer, shape, maps: data }) =>
    data instanceof Uint16Array ? [[layer, { shape, data }] as const] : [],
  );
  return encodeModel({
    method: 'spade',
    libraryVersion: VERSION,
    config,
    backbone,
    state: { images },
    tensors: {
      globals: { shape: [images, globals.length / images], data: globals },
      ...Object.fromEntries(singles),
      ...calibrationTensors(calibration),
    },
    halves: Object.fromEntries(halves),
  });
}

/** The parts of a file that can be read before its backbone is known. @throws IadError MODEL_FORMAT, also for another method's model */
export function readSpadeHead(content: ModelContent, path: string) {
  checkMethod(content, 'spade', path);
  const config = configOf(content, 'SPADE', resolveSpadeConfig, path);
  const state = STATE.safeParse(content.state);
  if (!state.success) throw malformed('the description of its gallery is missing', path);
  return { config, images: state.data.images };
}

/** The rest of it. @throws IadError MODEL_FORMAT if a part is missing or of the wrong shape */
export function readSpade(content: ModelContent, path: string, architecture: Architecture): Learned {
  const { config, images } = readSpadeHead(content, path);
  const isHalf = config.storage === 'float16';
  const checked = <T extends { readonly shape: readonly number[] }>(
    name: string,
    part: T | undefined,
    shape: number[],
  ) => {
    if (part?.shape.join() === shape.join()) return part;
    throw malformed(`its ${name} is [${part?.shape ?? ''}], its configuration makes [${shape}]`, path);
  };
  const layers = layerSizes(config, architecture).map((sizes): LayerGallery => {
    const { layer, side, channels } = sizes;
    const part = isHalf ? content.halves?.[layer] : content.tensors[layer];
    return { ...sizes, maps: checked(layer, part, [images, side, side, channels]).data };
  });
  const { data: globals } = checked('globals', content.tensors.globals, [images, globalWidth(architecture)]);
  return { gallery: { images, globals, layers }, calibration: calibrationOf(content, path) };
}
