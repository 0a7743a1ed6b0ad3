// A trained model in a .iad file: every array of its network by name, and what was drawn beside them.
import * as z from 'zod';
import { IadError } from '../../../runtime/errors.js';
import { VERSION } from '../../../runtime/version.js';
import type { Calibration } from '../calibration.js';
import { calibrationOf, calibrationTensors, checkMethod, configOf, malformed } from '../learned-file.js';
import { encodeModel, type ModelContent } from '../model-file.js';
import { arraysOf, type NamedArrays } from './arrays.js';
import type { TrainedConfig } from './config.js';
import type { Setting, TrainedDesign, TrainedNetwork } from './design.js';

/** What a fit leaves behind. */
export interface Learned<Config extends TrainedConfig, State> {
  /** What its network is made for. */
  readonly setting: Setting<Config>;
  readonly arrays: NamedArrays;
  /** What was drawn once, beside the arrays. */
  readonly state: State;
  /** Images that it learned from. */
  readonly images: number;
  /** The epoch that the arrays are from, counted from 0. */
  readonly epoch: number;
  readonly calibration: Calibration | null;
}

const STATE = z.strictObject({ images: z.int().min(1), epoch: z.int().min(0), drawn: z.unknown() });
/** Keeps the arrays' names apart from others'. */
const FOLDER = 'network/';

/** @throws IadError BAD_ARGUMENT for more than a model file holds */
export async function encodeTrained<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  { setting, arrays, state, images, epoch, calibration }: Learned<Config, State>,
  backbone: { id: string; hash: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = arraysOf(design.network(setting, state)).map(({ name, shape }) => {
    return [`${FOLDER}${name}`, { shape, data: arrays[name] ?? new Float32Array(0) }];
  });
  return encodeModel({
    method: design.method,
    libraryVersion: VERSION,
    config: setting.config,
    backbone,
    state: { images, epoch, drawn: state },
    tensors: { ...Object.fromEntries(tensors), ...calibrationTensors(calibration) },
  });
}

/** The configuration of a model file. @throws IadError MODEL_FORMAT for another method's, or one that `resolve` refuses */
export function trainedConfig<Config extends TrainedConfig, State>(
  content: ModelContent,
  { method, name }: TrainedDesign<Config, State>,
  resolve: (config: object) => Config,
  path: string,
): Config {
  checkMethod(content, method, path);
  return configOf(content, name, resolve, path);
}

/** @throws IadError MODEL_FORMAT if an array is missing, of another shape, out of its range or too many, or the state does not fit */
export function readTrained<Config extends TrainedConfig, State>(
  content: ModelContent,
  design: TrainedDesign<Config, State>,
  setting: Setting<Config>,
  path: string,
): Learned<Config, State> {
  const block = STATE.safeParse(content.state);
  if (!block.success) throw malformed('the description of its training is missing', path);
  const { images, epoch, drawn } = block.data;
  const state = design.state(setting).safeParse(drawn);
  if (!state.success) {
    const { path: at = [], message = '' } = state.error.issues[0] ?? {};
    throw malformed(`what was drawn for it does not fit its configuration: ${at.join('.')} ${message}`, path);
  }
  const arrays = readArrays(content, networkOf(design, setting, state.data, path), path);
  return { setting, arrays, state: state.data, images, epoch, calibration: calibrationOf(content, path) };
}

function networkOf<Config extends TrainedConfig, State>(
  design: TrainedDesign<Config, State>,
  setting: Setting<Config>,
  state: State,
  path: string,
): TrainedNetwork {
  try {
    return design.network(setting, state);
  } catch (cause) {
    if (!(cause instanceof IadError)) throw cause;
    throw malformed('its configuration makes no network', path, cause);
  }
}

function readArrays({ tensors }: ModelContent, network: TrainedNetwork, path: string): NamedArrays {
  const left = new Set(Object.keys(tensors).filter((name) => name.startsWith(FOLDER)));
  const arrays = arraysOf(network).map(({ name, shape, least = -Infinity }): [string, Float32Array] => {
    const found = tensors[`${FOLDER}${name}`];
    left.delete(`${FOLDER}${name}`);
    if (found?.shape.join() !== shape.join()) {
      throw malformed(`its ${name} is [${found?.shape ?? ''}], its configuration makes [${shape}]`, path);
    }
    if (found.data.some((value) => value < least)) throw malformed(`its ${name} holds values below ${least}`, path);
    return [name, found.data];
  });
  const [extra] = left;
  if (extra !== undefined) throw malformed(`it has an array ${extra} that belongs to nothing`, path);
  return Object.fromEntries(arrays);
}
