// PaDiM in a .iad file.
import * as z from 'zod';
import { packedSize } from '../../kernels/packed.js';
import { VERSION } from '../../runtime/version.js';
import type { Calibration } from '../parts/calibration.js';
import { calibrationOf, calibrationTensors, checkMethod, configOf, malformed } from '../parts/learned-file.js';
import { encodeModel, type ModelContent } from '../parts/model-file.js';
import { type PaDiMConfig, resolvePaDiMConfig } from './config.js';
import { gridSide } from './embedder.js';
import type { Gaussians } from './gaussians.js';

/** What a fit leaves behind. */
export interface Learned {
  readonly gaussians: Gaussians;
  /** The channels kept, ascending. */
  readonly channels: readonly number[];
  /** Images that the Gaussians are of. */
  readonly images: number;
  readonly calibration: Calibration | null;
}

const STATE = z.strictObject({ images: z.int().min(1), channels: z.array(z.int().min(0)).min(1) });

export async function encodePaDiM(
  config: PaDiMConfig,
  { gaussians, channels, images, calibration }: Learned,
  backbone: { id: string; hash: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { positions, depth, mean, factors } = gaussians;
  return encodeModel({
    method: 'padim',
    libraryVersion: VERSION,
    config,
    backbone,
    state: { images, channels },
    tensors: {
      mean: { shape: [positions, depth], data: mean },
      factors: { shape: [positions, packedSize(depth)], data: factors },
      ...calibrationTensors(calibration),
    },
  });
}

/** @throws IadError MODEL_FORMAT if a part is missing or of the wrong shape, or for another method's model */
export function readPaDiM(content: ModelContent, path: string) {
  checkMethod(content, 'padim', path);
  const config = configOf(content, 'PaDiM', resolvePaDiMConfig, path);
  const state = STATE.safeParse(content.state);
  if (!state.success) throw malformed('the description of its Gaussians is missing', path);
  const { images, channels } = state.data;
  const positions = gridSide(config) ** 2;
  const depth = channels.length;
  const tensor = (name: string, columns: number) => {
    const found = content.tensors[name];
    if (found?.shape.join() === `${positions},${columns}`) return found.data;
    throw malformed(`its ${name} is [${found?.shape ?? ''}], its configuration makes [${positions},${columns}]`, path);
  };
  const gaussians = { positions, depth, mean: tensor('mean', depth), factors: tensor('factors', packedSize(depth)) };
  const learned: Learned = { gaussians, channels, images, calibration: calibrationOf(content, path) };
  return { config, learned, backbone: content.backbone };
}
