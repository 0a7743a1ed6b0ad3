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
import { depthOf, projectedChannels, type Reduction } from './reduction.js';

/** What a fit leaves behind. */
export interface Learned {
  readonly gaussians: Gaussians;
  readonly reduction: Reduction;
  /** Images that the Gaussians are of. */
  readonly images: number;
  readonly calibration: Calibration | null;
}

const IMAGES = z.int().min(1);
const STATES = {
  select: z.strictObject({ images: IMAGES, channels: z.array(z.int().min(0)).min(1) }),
  orthogonal: z.strictObject({ images: IMAGES }),
};

export async function encodePaDiM(
  config: PaDiMConfig,
  { gaussians, reduction, images, calibration }: Learned,
  backbone: { id: string; hash: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { positions, depth, mean, factors } = gaussians;
  return encodeModel({
    method: 'padim',
    libraryVersion: VERSION,
    config,
    backbone,
    state: reduction.embedding === 'select' ? { images, channels: reduction.channels } : { images },
    tensors: {
      mean: { shape: [positions, depth], data: mean },
      factors: { shape: [positions, packedSize(depth)], data: factors },
      ...(reduction.embedding === 'orthogonal' && {
        projection: { shape: [projectedChannels(reduction), depth], data: reduction.matrix },
      }),
      ...calibrationTensors(calibration),
    },
  });
}

/** @throws IadError MODEL_FORMAT if a part is missing or of the wrong shape, or for another method's model */
export function readPaDiM(content: ModelContent, path: string) {
  checkMethod(content, 'padim', path);
  const config = configOf(content, 'PaDiM', resolvePaDiMConfig, path);
  const { reduction, images } = readReduction(content, config, path);
  const positions = gridSide(config) ** 2;
  const depth = depthOf(reduction);
  const tensor = (name: string, columns: number) => {
    const found = content.tensors[name];
    if (found?.shape.join() === `${positions},${columns}`) return found.data;
    throw malformed(`its ${name} is [${found?.shape ?? ''}], its configuration makes [${positions},${columns}]`, path);
  };
  const gaussians = { positions, depth, mean: tensor('mean', depth), factors: tensor('factors', packedSize(depth)) };
  const learned: Learned = { gaussians, reduction, images, calibration: calibrationOf(content, path) };
  return { config, learned, backbone: content.backbone };
}

/** @throws IadError MODEL_FORMAT for what cannot be a reduction of that many channels */
export function checkReduction(reduction: Reduction, total: number, path: string): void {
  if (reduction.embedding === 'select') {
    const { channels } = reduction;
    const isList = channels.every((channel, i) => channel < total && channel > (channels[i - 1] ?? -1));
    if (!isList) throw malformed(`its channels are no ascending list of ${total}`, path);
  } else if (projectedChannels(reduction) !== total) {
    throw malformed(`its projection is of ${projectedChannels(reduction)} channels, its layers have ${total}`, path);
  }
}

function readReduction(
  content: ModelContent,
  { embedding }: PaDiMConfig,
  path: string,
): { images: number; reduction: Reduction } {
  const missing = () => malformed('the description of its Gaussians is missing', path);
  if (embedding === 'select') {
    const state = STATES.select.safeParse(content.state);
    if (!state.success) throw missing();
    return { images: state.data.images, reduction: { embedding, channels: state.data.channels } };
  }
  const state = STATES.orthogonal.safeParse(content.state);
  const { projection } = content.tensors;
  const [rows, depth, ...more] = projection?.shape ?? [];
  if (!state.success) throw missing();
  if (!projection || !rows || !depth || more.length > 0) throw malformed('its projection is missing', path);
  return { images: state.data.images, reduction: { embedding, depth, matrix: projection.data } };
}
