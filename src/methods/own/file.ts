// A user's method in a .iad file: its configuration and the arrays that it learned.
import * as z from 'zod';
import { VERSION } from '../../runtime/version.js';
import type { Calibration } from '../parts/calibration.js';
import { calibrationOf, calibrationTensors, checkMethod, configOf, malformed } from '../parts/learned-file.js';
import { encodeModel, type ModelContent } from '../parts/model-file.js';
import { resolveOwnConfig } from './config.js';
import type { MethodDefinition, OwnArrays, OwnConfig, OwnOptions } from './definition.js';

/** What a fit leaves behind. */
export interface Learned<Arrays extends OwnArrays> {
  readonly arrays: Arrays;
  /** Images that it learned from. */
  readonly images: number;
  readonly calibration: Calibration | null;
}

/** No weights: the hash is SHA-256 of nothing. */
export const PIXELS = {
  id: 'pixels',
  hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
} as const;

const STATE = z.strictObject({ images: z.int().min(1), arrays: z.array(z.string()).min(1) });
/** Keeps the arrays' names apart from others'. */
const FOLDER = 'learned/';

/** @throws IadError BAD_ARGUMENT for more than a model file holds */
export function encodeOwn(
  method: string,
  config: object,
  { arrays, images, calibration }: Learned<OwnArrays>,
): Promise<Uint8Array<ArrayBuffer>> {
  const named = Object.entries(arrays).map(([name, data]) => [`${FOLDER}${name}`, { shape: [data.length], data }]);
  return encodeModel({
    method,
    libraryVersion: VERSION,
    config,
    backbone: PIXELS,
    state: { images, arrays: Object.keys(arrays) },
    tensors: { ...Object.fromEntries(named), ...calibrationTensors(calibration) },
  });
}

/** @throws IadError MODEL_FORMAT for another method's model, or one that is incomplete */
export function readOwn<Options extends OwnOptions, Arrays extends OwnArrays>(
  definition: MethodDefinition<Options, Arrays>,
  content: ModelContent,
  path: string,
): { config: OwnConfig<Options>; learned: Learned<Arrays> } {
  checkMethod(content, definition.id, path);
  const config = configOf(content, definition.id, (options) => resolveOwnConfig(definition, options), path);
  const state = STATE.safeParse(content.state);
  if (!state.success) throw malformed('the description of what it learned is missing', path);
  const arrays = state.data.arrays.map((name) => {
    const found = content.tensors[`${FOLDER}${name}`];
    if (!found) throw malformed(`its array ${name} is missing`, path);
    return [name, found.data];
  });
  // That they are those that its code goes by is for the method to know.
  const named = Object.fromEntries(arrays) as Arrays;
  return { config, learned: { arrays: named, images: state.data.images, calibration: calibrationOf(content, path) } };
}
