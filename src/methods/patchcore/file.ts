// PatchCore in a .iad file.
import * as z from 'zod';
import { IadError } from '../../runtime/errors.js';
import { VERSION } from '../../runtime/version.js';
import type { Calibration } from '../parts/calibration.js';
import { decodeModel, encodeModel, type ModelContent } from '../parts/model-file.js';
import { type PatchCoreConfig, resolvePatchCoreConfig } from './config.js';

/** What a fit leaves behind. */
export interface Learned {
  /** [rows, dimension], in picking order */
  readonly bank: Float32Array;
  readonly dimension: number;
  /** Patches seen in all. */
  readonly patches: number;
  /** Dimensions that the coreset was chosen in; null: in all. */
  readonly selectionDimension: number | null;
  readonly calibration: Calibration | null;
}

const AGAIN = 'Get the file again, or fit the model again.';

const STATE = z.strictObject({ patches: z.int().min(1), selectionDimension: z.int().min(1).nullable() });

export async function encodePatchCore(
  config: PatchCoreConfig,
  learned: Learned,
  backbone: { id: string; hash: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { bank, dimension, patches, selectionDimension, calibration } = learned;
  const vector = (data: Float32Array) => ({ shape: [data.length], data });
  return encodeModel({
    method: 'patchcore',
    libraryVersion: VERSION,
    config,
    backbone,
    state: { patches, selectionDimension },
    tensors: {
      bank: { shape: [bank.length / dimension, dimension], data: bank },
      ...(calibration && {
        'calibration.scores': vector(calibration.scores),
        'calibration.pixelQuantiles': vector(calibration.pixelQuantiles),
      }),
    },
  });
}

/** @throws IadError MODEL_FORMAT if a part is missing or of the wrong shape, and what `decodeModel` throws */
export async function decodePatchCore(bytes: Uint8Array<ArrayBuffer>, path: string) {
  const content = await decodeModel(bytes, path);
  if (content.method !== 'patchcore') {
    throw new IadError('MODEL_FORMAT', `a model of method '${content.method}', not of patchcore`, {
      path,
      hint: 'Load it with the class of its method.',
    });
  }
  const state = STATE.safeParse(content.state);
  const { bank } = content.tensors;
  const [rows, dimension] = bank?.shape ?? [];
  if (!state.success || !bank || !rows || !dimension || bank.shape.length !== 2) {
    throw new IadError('MODEL_FORMAT', 'the memory bank or its description is missing', { path, hint: AGAIN });
  }
  const { selectionDimension } = state.data;
  if (selectionDimension !== null && selectionDimension >= dimension) {
    const what = `its coreset was chosen in ${selectionDimension} dimensions, its patches have ${dimension}`;
    throw new IadError('MODEL_FORMAT', what, { path, hint: AGAIN });
  }
  const learned: Learned = { bank: bank.data, dimension, calibration: calibrationOf(content, path), ...state.data };
  return { config: configOf(content, path), learned, backbone: content.backbone };
}

function configOf({ config }: ModelContent, path: string): PatchCoreConfig {
  try {
    return resolvePatchCoreConfig(Object(config));
  } catch (cause) {
    throw new IadError('MODEL_FORMAT', 'its configuration is not one of PatchCore', { path, hint: AGAIN, cause });
  }
}

function calibrationOf({ tensors }: ModelContent, path: string): Calibration | null {
  const scores = tensors['calibration.scores']?.data;
  const pixelQuantiles = tensors['calibration.pixelQuantiles']?.data;
  if (!scores && !pixelQuantiles) return null;
  if (scores && pixelQuantiles && isAscending(scores) && isAscending(pixelQuantiles)) return { scores, pixelQuantiles };
  throw new IadError('MODEL_FORMAT', 'its calibration is incomplete or out of order', { path, hint: AGAIN });
}

/** At least one value; NaN is in no order. */
function isAscending(values: Float32Array): boolean {
  return values.length > 0 && values.every((value, i) => value >= values[Math.max(0, i - 1)]!);
}
