// What the model files of all methods on frozen features have in common.
import { readFileBytes } from '#platform/runtime/files';
import { IadError } from '../../runtime/errors.js';
import type { Calibration } from './calibration.js';
import { decodeModel, MAX_MODEL_BYTES, type ModelContent } from './model-file.js';

const AGAIN = 'Get the file again, or fit the model again.';

/** @throws IadError MODEL_NOT_FOUND, and what `decodeModel` throws */
export async function readModel(path: string): Promise<ModelContent> {
  const limits = { maxBytes: MAX_MODEL_BYTES, missing: 'MODEL_NOT_FOUND', tooLarge: 'MODEL_FORMAT' } as const;
  return decodeModel(await readFileBytes(path, limits), path);
}

/** Refuses a file for what its digest cannot tell: parts that are missing or do not fit together. */
export function malformed(what: string, path: string, cause?: unknown): IadError {
  return new IadError('MODEL_FORMAT', what, { path, hint: AGAIN, cause });
}

/** @throws IadError MODEL_FORMAT for another method's model */
export function checkMethod(content: ModelContent, method: string, path: string): void {
  if (content.method === method) return;
  throw new IadError('MODEL_FORMAT', `a model of method '${content.method}', not of ${method}`, {
    path,
    hint: 'Load it with the class of its method.',
  });
}

/** @throws IadError MODEL_FORMAT for a configuration that `resolve` refuses */
export function configOf<T>({ config }: ModelContent, name: string, resolve: (config: object) => T, path: string): T {
  try {
    return resolve(Object(config));
  } catch (cause) {
    throw malformed(`its configuration is not one of ${name}`, path, cause);
  }
}

/** A calibration as tensors of a model file; none without calibration. */
export function calibrationTensors(calibration: Calibration | null): ModelContent['tensors'] {
  const vector = (data: Float32Array) => ({ shape: [data.length], data });
  if (!calibration) return {};
  return {
    'calibration.scores': vector(calibration.scores),
    'calibration.pixelQuantiles': vector(calibration.pixelQuantiles),
  };
}

/** @throws IadError MODEL_FORMAT for half a calibration, or one out of order */
export function calibrationOf({ tensors }: ModelContent, path: string): Calibration | null {
  const scores = tensors['calibration.scores']?.data;
  const pixelQuantiles = tensors['calibration.pixelQuantiles']?.data;
  if (!scores && !pixelQuantiles) return null;
  if (scores && pixelQuantiles && isAscending(scores) && isAscending(pixelQuantiles)) return { scores, pixelQuantiles };
  throw malformed('its calibration is incomplete or out of order', path);
}

/** At least one value; NaN is in no order. */
function isAscending(values: Float32Array): boolean {
  return values.length > 0 && values.every((value, i) => value >= values[Math.max(0, i - 1)]!);
}
