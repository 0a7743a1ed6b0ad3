// PatchCore in a .iad file.
import * as z from 'zod';
import { VERSION } from '../../runtime/version.js';
import type { Calibration } from '../parts/calibration.js';
import { calibrationOf, calibrationTensors, checkMethod, configOf, malformed } from '../parts/learned-file.js';
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

const STATE = z.strictObject({ patches: z.int().min(1), selectionDimension: z.int().min(1).nullable() });

export async function encodePatchCore(
  config: PatchCoreConfig,
  learned: Learned,
  backbone: { id: string; hash: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { bank, dimension, patches, selectionDimension, calibration } = learned;
  return encodeModel({
    method: 'patchcore',
    libraryVersion: VERSION,
    config,
    backbone,
    state: { patches, selectionDimension },
    tensors: {
      bank: { shape: [bank.length / dimension, dimension], data: bank },
      ...calibrationTensors(calibration),
    },
  });
}

/** @throws what `decodeModel` and `readPatchCore` throw */
export async function decodePatchCore(bytes: Uint8Array<ArrayBuffer>, path: string) {
  return readPatchCore(await decodeModel(bytes, path), path);
}

/** @throws IadError MODEL_FORMAT if a part is missing or of the wrong shape, or for another method's model */
export function readPatchCore(content: ModelContent, path: string) {
  checkMethod(content, 'patchcore', path);
  const state = STATE.safeParse(content.state);
  const { bank } = content.tensors;
  const [rows, dimension] = bank?.shape ?? [];
  if (!state.success || !bank || !rows || !dimension || bank.shape.length !== 2) {
    throw malformed('the memory bank or its description is missing', path);
  }
  const { selectionDimension } = state.data;
  if (selectionDimension !== null && selectionDimension >= dimension) {
    const what = `its coreset was chosen in ${selectionDimension} dimensions, its patches have ${dimension}`;
    throw malformed(what, path);
  }
  const learned: Learned = { bank: bank.data, dimension, calibration: calibrationOf(content, path), ...state.data };
  const config = configOf(content, 'PatchCore', resolvePatchCoreConfig, path);
  return { config, learned, backbone: content.backbone };
}
